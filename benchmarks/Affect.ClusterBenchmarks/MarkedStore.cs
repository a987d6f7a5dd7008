using System.Runtime.CompilerServices;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.ClusterBenchmarks;

/// <summary>
/// A store in which every chunk of a run has its completion marker, found by prefix as a blob store finds it; the markers are made when read. Everything else is that of the store
/// beneath. So that what is measured is the rebuilding, not a file system with a million files.
/// </summary>
internal sealed class MarkedStore(IObjectStore inner, RunLayout layout, IReadOnlyList<ChunkSpec> plan) : IObjectStore
{
    private readonly string[] _names = [.. plan.Select(chunk => layout.Done(chunk.Id))];

    public string Location => inner.Location;

    /// <summary>Names given by listings, all of them together.</summary>
    public long Listed { get; private set; }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => inner.ListFoldersAsync(prefix, cancellationToken);

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!prefix.StartsWith(layout.DonePrefix, StringComparison.Ordinal))
        {
            await foreach (var found in inner.ListAsync(prefix, cancellationToken))
            {
                yield return found;
            }

            yield break;
        }

        var first = Array.BinarySearch(_names, prefix, StringComparer.Ordinal);
        for (var i = first < 0 ? ~first : first; i < _names.Length && _names[i].StartsWith(prefix, StringComparison.Ordinal); i++)
        {
            Listed++;
            yield return new ObjectProperties(_names[i], 300, "1");
        }
    }

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => RunLayout.TryParseDone(name, out var chunk) && name.StartsWith(layout.DonePrefix, StringComparison.Ordinal)
        ? Task.FromResult<Stream>(new MemoryStream(Marker(chunk)))
        : inner.OpenReadAsync(name, cancellationToken);

    public Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.CreateIfAbsentAsync(name, content, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(name, content, cancellationToken);

    public Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken) => inner.UploadFileAsync(localPath, name, cancellationToken);

    public Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadRangeAsync(name, offsetBytes, buffer, cancellationToken);

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken) => inner.TryGetPropertiesAsync(name, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    private static byte[] Marker(ChunkId chunk)
    {
        var attempt = new Core.Ledger.AttemptId(1, "7q2k9m0x4c1d");
        return new DoneRecord
        {
            Chunk = chunk, Attempt = attempt, ObjectName = $"chunks/{chunk}.{attempt}.parquet", Rows = MadeJob.FramesPerChunk, Worker = "host-7-abcd",
            Frames = new FrameAccounting { Counts = new FrameCounts(MadeJob.FramesPerChunk, MadeJob.FramesPerChunk, 0, 0, 0, MadeJob.FramesPerChunk) },
            Started = DateTimeOffset.UnixEpoch, Finished = DateTimeOffset.UnixEpoch,
        }.ToJson();
    }
}
