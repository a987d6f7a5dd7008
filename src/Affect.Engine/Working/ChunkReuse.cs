using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Working;

/// <summary>
/// Detections of an earlier run of the same corpus, sampling and detector, for runs whose affect model alone differs. A chunk is re-used where the earlier
/// plan cut it in the same place. Thread-safe.
/// </summary>
public sealed class ChunkReuse
{
    /// <summary>Nothing to re-use.</summary>
    public static readonly ChunkReuse None = new(null, new Dictionary<ChunkId, (ChunkSpec, DoneRecord)>(), string.Empty);

    private readonly RunStore? _earlier;
    private readonly IReadOnlyDictionary<ChunkId, (ChunkSpec Chunk, DoneRecord Done)> _done;
    private readonly string _scratchFolder;

    /// <param name="earlier">The earlier run.</param>
    /// <param name="done">Its completed chunks.</param>
    /// <param name="scratchFolder">For local copies of remote objects.</param>
    public ChunkReuse(RunStore? earlier, IReadOnlyDictionary<ChunkId, (ChunkSpec Chunk, DoneRecord Done)> done, string scratchFolder) =>
        (_earlier, _done, _scratchFolder) = (earlier, done, scratchFolder);

    /// <summary>Chunks that the earlier run completed.</summary>
    public int Chunks => _done.Count;

    /// <summary>Id of the earlier run, or null.</summary>
    public string? Source => _earlier?.Layout.RunId;

    /// <summary>The chunk's earlier rows, or null where it must be searched for faces.</summary>
    public async Task<KnownDetections?> FindAsync(ChunkSpec chunk, CancellationToken cancellationToken)
    {
        if (_earlier is null || !_done.TryGetValue(chunk.Id, out var found) || found.Chunk != chunk)
        {
            return null;
        }

        try
        {
            using var copy = await _earlier.Objects
                .OpenLocalAsync(_earlier.Layout.Root + found.Done.ObjectName, _scratchFolder, cancellationToken).ConfigureAwait(false);
            return new KnownDetections([.. LabelParquet.Read(copy.Path, cancellationToken)]);
        }
        catch (Exception e) when (e is ObjectNotFoundException or InvalidDataException)
        {
            // The earlier run was deleted or damaged meanwhile: the faces are searched for again, with the same result.
            return null;
        }
    }
}
