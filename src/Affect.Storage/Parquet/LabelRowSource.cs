using Affect.Core.Labels;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>
/// Hands label rows to DuckDB column by column, and checks on the way what the format promises: the rows of a video lie together,
/// ordered by frame, then face.
/// </summary>
internal sealed class LabelRowSource : IRowSource
{
    private readonly IReadOnlyList<LabelColumn> _columns;
    private readonly IEnumerator<LabelRow> _rows;
    private readonly LabelRow[] _batch = new LabelRow[2048];
    private readonly HashSet<string> _videos = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellationToken;
    private LabelRow? _last;

    public LabelRowSource(IReadOnlyList<LabelColumn> columns, IEnumerator<LabelRow> rows, CancellationToken cancellationToken)
    {
        _columns = columns;
        _rows = rows;
        _cancellationToken = cancellationToken;
        Columns = [.. columns.Select(c => (c.Name, c.DuckDbType))];
    }

    public IReadOnlyList<(string Name, DuckDbType Type)> Columns { get; }

    /// <summary>Rows handed over so far.</summary>
    public long RowCount { get; private set; }

    public int Fill(nint chunk, int capacity)
    {
        // DuckDB forgets an interruption that comes just before the statement begins; this is not forgotten.
        _cancellationToken.ThrowIfCancellationRequested();
        var count = 0;
        var limit = Math.Min(capacity, _batch.Length);
        while (count < limit && _rows.MoveNext())
        {
            Check(_rows.Current);
            _batch[count++] = _rows.Current;
        }

        if (count > 0)
        {
            var rows = _batch.AsSpan(0, count);
            for (var i = 0; i < _columns.Count; i++)
            {
                _columns[i].Write(rows, new DuckDbVector(chunk, i, count, writing: true));
            }

            RowCount += count;
        }

        return count;
    }

    private void Check(LabelRow row)
    {
        var sameVideo = _last is not null && (ReferenceEquals(row.Video, _last.Video) || row.Video == _last.Video);
        if (!sameVideo && !_videos.Add(row.Video))
        {
            throw new ArgumentException($"The rows of video '{row.Video}' do not lie together.");
        }

        if (sameVideo && (row.Frame < _last!.Frame || (row.Frame == _last.Frame && row.Face <= _last.Face)))
        {
            throw new ArgumentException(
                $"Rows must be ordered by frame, then face: video '{row.Video}' has frame {row.Frame} face {row.Face} " +
                $"after frame {_last.Frame} face {_last.Face}.");
        }

        if (row.Status == FrameStatus.Unknown || !double.IsFinite(row.TimeSeconds))
        {
            throw new ArgumentException(
                $"Row of video '{row.Video}', frame {row.Frame}: status {row.Status} and time {row.TimeSeconds} cannot be stored.");
        }

        _last = row;
    }
}
