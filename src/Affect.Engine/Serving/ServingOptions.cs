using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>How a server hands out work. Changes no label.</summary>
public sealed record ServingOptions
{
    public static readonly ServingOptions Default = new();

    /// <summary>
    /// Leases of chunks and stages. Shorter than on one machine, since here workers do get lost; a slow chunk at the end of a run is given out a second time; a worker goes
    /// on with the video it has.
    /// </summary>
    public LedgerOptions Ledger { get; init; } = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(30), SpeculateAfterMeans = 3, Order = LeaseOrder.VideoAffinity,
    };

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() => Ledger.Validate();
}
