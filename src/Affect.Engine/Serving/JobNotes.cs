using System.Globalization;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;

namespace Affect.Engine.Serving;

/// <summary>What keeps a job from going on, in sentences for people. A job never waits without one.</summary>
internal static class JobNotes
{
    public static IEnumerable<string> On(JobRecord record, IReadOnlyList<BlockedChunks> blocked, IReadOnlyList<WorkerProfile> workers)
    {
        if (record.IsEnded)
        {
            yield break;
        }

        if (record.IsPaused)
        {
            yield return "paused";
        }

        if (workers.Count == 0)
        {
            yield return "no worker is connected";
            yield break;
        }

        foreach (var b in blocked)
        {
            var what = b.PendingChunks > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{b.PendingChunks} chunks need")
                : $"the {(record.Phase == JobPhase.Planning ? "corpus cannot be planned" : "labels cannot be finished")}: that needs";
            yield return $"{what} {Missing(b.Requires, workers)}";
        }
    }

    /// <summary>The tags that nobody offers; where each is offered by somebody, all of them.</summary>
    private static string Missing(string requires, IReadOnlyList<WorkerProfile> workers)
    {
        var missing = RequirementTags.Split(requires).Where(tag => !workers.Any(worker => worker.Offers.Contains(tag))).ToList();
        return missing.Count > 0 ? $"{RequirementTags.Join(missing)}; no worker offers it" : $"{requires}; no worker offers all of it";
    }
}
