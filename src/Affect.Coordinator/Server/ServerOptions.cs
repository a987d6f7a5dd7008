using System.Net;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Server;

/// <summary>How a server is reached and what it lets in.</summary>
internal sealed record ServerOptions
{
    /// <summary>Largest request body: a job or a worker's announcement is below 100 KB; nothing uploads content.</summary>
    public const int LargestRequestBytes = 1 << 20;

    public required IPEndPoint Listen { get; init; }

    /// <summary>Bearer token that every request must bear, or null for none (on loopback only).</summary>
    public required string? Token { get; init; }

    public required CorpusRoots Roots { get; init; }

    public required string Version { get; init; }
}
