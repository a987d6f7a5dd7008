using System.Collections;
using System.Collections.Concurrent;
using Affect.Core.Labels;

namespace Affect.Storage.Parquet;

/// <summary>
/// Writes a label file batch by batch, for the per-video pass: append in order, then complete. Holds at most
/// <see cref="MaxWaitingBatches"/> batches and one row group.
/// Without <see cref="CompleteAsync"/> no file appears. One caller at a time.
/// </summary>
public sealed class LabelParquetWriter : IAsyncDisposable
{
    /// <summary>Batches that may wait for the disk before <see cref="AppendAsync"/> waits.</summary>
    public const int MaxWaitingBatches = 4;

    private readonly SemaphoreSlim _free = new(MaxWaitingBatches);
    private readonly BlockingCollection<IReadOnlyList<LabelRow>> _batches = [];
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task<long> _writing;

    /// <param name="metadata">What the file says about itself.</param>
    /// <param name="path">Where the file will be.</param>
    public LabelParquetWriter(LabelFileMetadata metadata, string path)
    {
        // DuckDB pulls, we push: its statement has a thread of its own, which waits for rows.
        _writing = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return LabelParquet.Write(new Handover(this), metadata, path, _abandon.Token);
                }
                finally
                {
                    _ended.Cancel();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Adds rows after those so far; the list must not change until the writer is completed. Throws what writing earlier rows
    /// threw.</summary>
    public async Task AppendAsync(IReadOnlyList<LabelRow> rows, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            await _free.WaitAsync(either.Token);
            _batches.Add(rows, either.Token);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            await _writing;
            throw new InvalidOperationException("The file is complete; nothing can be appended.");
        }
    }

    /// <summary>Ends the file, which then appears under its name; gives the number of rows.</summary>
    public async Task<long> CompleteAsync(CancellationToken cancellationToken)
    {
        _batches.CompleteAdding();
        return await _writing.WaitAsync(cancellationToken);
    }

    /// <summary>Gives the file up unless it is complete.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abandon.CancelAsync();
        await _writing.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _batches.Dispose();
        _free.Dispose();
        _abandon.Dispose();
        _ended.Dispose();
    }

    private sealed class Handover(LabelParquetWriter writer) : IEnumerator<LabelRow>
    {
        private IReadOnlyList<LabelRow> _batch = [];
        private int _next;

        public LabelRow Current { get; private set; } = null!;

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (_next >= _batch.Count)
            {
                if (!writer._batches.TryTake(out var batch, Timeout.Infinite, writer._abandon.Token))
                {
                    return false;
                }

                writer._free.Release();
                (_batch, _next) = (batch, 0);
            }

            Current = _batch[_next++];
            return true;
        }

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
