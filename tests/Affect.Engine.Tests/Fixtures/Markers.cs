using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>Completion markers of chunks that nobody labelled.</summary>
internal static class Markers
{
    public const string Epoch = "0123456789ab";

    /// <summary>A marker whose frames were all searched, and hold a face each.</summary>
    public static DoneRecord Of(ChunkId chunk, int frames = 20, int skipped = 0, string epoch = Epoch) => new()
    {
        Chunk = chunk, Attempt = new AttemptId(1, epoch), ObjectName = $"chunks/{chunk}.1-{epoch}.parquet", Rows = frames - skipped, Worker = "w",
        Started = DateTimeOffset.UnixEpoch, Finished = DateTimeOffset.UnixEpoch.AddSeconds(1),
        Frames = new FrameAccounting
        {
            Counts = new FrameCounts(frames, frames - skipped, 0, skipped, 0, frames - skipped),
            SkippedByReason = skipped > 0 ? new() { ["sampling"] = skipped } : [],
        },
    };
}
