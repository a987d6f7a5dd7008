using System.Security.Cryptography;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Processing;

namespace Affect.ClusterBenchmarks.Efficiency;

/// <summary>
/// What a made chunk costs: an amount of arithmetic that takes about so long on one free core (<c>cpu</c>), or so much waiting (<c>sleep</c>). The rows are one a frame, without a
/// face; committing them is the product's own.
/// </summary>
internal sealed class ChunkWork(string kind, int milliseconds) : IChunkProcessor
{
    /// <summary>SHA-256 of this many bytes takes about a millisecond of a core with SHA instructions; the same amount for everybody is what counts.</summary>
    private const int BytesPerMillisecond = 1_500_000;

    private readonly byte[] _bytes = new byte[BytesPerMillisecond];

    public async Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
    {
        if (kind == "sleep")
        {
            await Task.Delay(milliseconds, cancellationToken);
        }
        else
        {
            for (var i = 0; i < milliseconds; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SHA256.HashData(_bytes).CopyTo(_bytes, 0);
            }
        }

        var selection = FrameSelector.Select(job.Index, job.Info.TimeBase, job.Sampling);
        var rows = selection.RanksIn(job.Chunk).Select(rank => new LabelRow
        {
            Video = job.Entry.Id, Frame = rank, Pts = job.Index.Pts[rank], TimeSeconds = job.Index.Pts[rank] / 1000.0, Status = FrameStatus.NoFace, Chunk = job.Chunk.Id.ToString(),
            Model = MadeRun.ModelKey,
        }).ToList();
        observer.Advanced(rows.Count, 0, default);
        return new ChunkOutcome.Labelled(rows, selection.SkippedIn(job.Chunk), 0, null, default);
    }

    public void Dispose()
    {
    }
}
