using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;

namespace Affect.Engine.Finalising;

/// <summary>What is kept of a completion marker: of a run with millions of chunks all are held at once.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Attempt">The attempt that won: its file holds the rows.</param>
/// <param name="Counts">What became of its frames.</param>
/// <param name="Rows">Rows of its file.</param>
public readonly record struct DoneMarker(ChunkId Chunk, AttemptId Attempt, FrameCounts Counts, long Rows)
{
    public LeaseToken Token => new(Chunk, Attempt);
}

/// <summary>What a call of the program, or the life of a server, did of a run: one epoch of attempts.</summary>
/// <param name="Workers">How many had a hand in it.</param>
/// <param name="Started">Start of its first chunk.</param>
/// <param name="Finished">End of its last chunk.</param>
public sealed record WorkingSpell(int Workers, DateTimeOffset Started, DateTimeOffset Finished);

/// <summary>The completion markers of a run, about 100 bytes a chunk. Not thread-safe while it is filled.</summary>
public sealed class DoneMarkers
{
    private readonly List<DoneMarker> _markers = [];
    private readonly SortedDictionary<ChunkId, ChunkFailure> _problems = [];
    private readonly Dictionary<string, Spell> _spells = new(StringComparer.Ordinal);

    public int Count => _markers.Count;

    /// <summary>In chunk order.</summary>
    public IReadOnlyList<DoneMarker> All => _markers;

    /// <summary>All frames of the chunks.</summary>
    public FrameCounts Counts { get; private set; }

    /// <summary>Busy time of all workers.</summary>
    public StageTimings Timings { get; private set; }

    public IReadOnlyList<WorkingSpell> Spells => [.. _spells.Values.Select(spell => new WorkingSpell(spell.Workers.Count, spell.Started, spell.Finished))];

    /// <summary>What the decoder said of chunks that some frames of failed, in chunk order.</summary>
    public IReadOnlyDictionary<ChunkId, ChunkFailure> Problems => _problems;

    /// <summary>Adds a marker; they come in chunk order.</summary>
    public void Add(DoneRecord record)
    {
        if (_markers.Count > 0 && record.Chunk <= _markers[^1].Chunk)
        {
            throw new ArgumentException($"The marker of {record.Chunk} cannot follow that of {_markers[^1].Chunk}.", nameof(record));
        }

        if (!_spells.TryGetValue(record.Attempt.Epoch, out var spell))
        {
            _spells[record.Attempt.Epoch] = spell = new Spell(record.Attempt.Epoch, record.Started, record.Finished);
        }

        spell.Workers.Add(record.Worker);
        spell.Started = record.Started < spell.Started ? record.Started : spell.Started;
        spell.Finished = record.Finished > spell.Finished ? record.Finished : spell.Finished;
        // The same text for all attempts of an epoch.
        _markers.Add(new DoneMarker(record.Chunk, record.Attempt with { Epoch = spell.Epoch }, record.Frames.Counts, record.Rows));
        Counts += record.Frames.Counts;
        double Seconds(string stage) => record.StageSeconds.GetValueOrDefault(stage);
        Timings += new StageTimings(Seconds("fetch"), Seconds("decode_wait"), Seconds("detect"), Seconds("label"), Seconds("write"));
        if (record.Problem is { } problem)
        {
            _problems.Add(record.Chunk, problem);
        }
    }

    /// <summary>The chunk's marker, or null where it is not done.</summary>
    public DoneMarker? Find(ChunkId chunk)
    {
        var (first, end) = (0, _markers.Count);
        while (first < end)
        {
            var middle = first + ((end - first) / 2);
            if (_markers[middle].Chunk < chunk)
            {
                first = middle + 1;
            }
            else
            {
                end = middle;
            }
        }

        return first < _markers.Count && _markers[first].Chunk == chunk ? _markers[first] : null;
    }

    private sealed class Spell(string epoch, DateTimeOffset started, DateTimeOffset finished)
    {
        public string Epoch { get; } = epoch;

        public HashSet<string> Workers { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset Started { get; set; } = started;

        public DateTimeOffset Finished { get; set; } = finished;
    }
}
