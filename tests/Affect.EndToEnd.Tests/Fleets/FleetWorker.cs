using System.Globalization;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>A worker process of a fleet.</summary>
internal sealed record FleetWorker(AffectProcess Process, bool IsBeyondTheCut)
{
    /// <summary>Whether a worker of this name is this process; see <c>WorkerHostOptions.NewName</c>.</summary>
    public bool Is(string? name) => name?.Contains(string.Create(CultureInfo.InvariantCulture, $"-{Process.Id}-"), StringComparison.Ordinal) == true;
}
