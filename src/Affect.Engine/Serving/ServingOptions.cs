using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>How a server hands out work. Changes no label.</summary>
public sealed record ServingOptions
{
    public static readonly ServingOptions Default = new();

    /// <summary>Below this, a garbage collection or a busy disk would cost a worker its chunk.</summary>
    public static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(5);

    /// <summary>A chunk of a worker that died must not wait longer.</summary>
    public static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

    /// <summary>
    /// Leases of chunks and stages. Shorter than on one machine, since here workers do get lost; a slow chunk at the end of a run is given out a second time; a worker goes
    /// on with the video it has.
    /// </summary>
    public LedgerOptions Ledger { get; init; } = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(30), SpeculateAfterMeans = 3, Order = LeaseOrder.VideoAffinity,
    };

    /// <summary>The same with another time without a sign of life after which a worker's chunk is given to somebody else.</summary>
    public ServingOptions WithLease(TimeSpan duration) => this with { Ledger = Ledger with { LeaseDuration = duration } };

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() => Ledger.Validate();
}
