using Affect.Core.Corpora;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Working;

/// <summary>Rows of an earlier run that lie in a chunk.</summary>
/// <param name="Rows">Ordered by frame, then face.</param>
/// <param name="AreWhole">The earlier affect models are this run's, and nothing was amiss where these rows were made.</param>
public sealed record EarlierRows(IReadOnlyList<LabelRow> Rows, bool AreWhole);

/// <summary>
/// A run of the same workspace with the same sampling and detector, as far as it shares videos with this one. Which of its chunks are done is looked up when one is asked for. Thread-safe.
/// </summary>
public sealed class EarlierRun
{
    private readonly RunStore _store;
    private readonly string _scratchFolder;
    private readonly Dictionary<string, List<Piece>> _pieces = new(StringComparer.Ordinal);

    private EarlierRun(RunStore store, bool hasSameModels, string scratchFolder)
    {
        (_store, HasSameModels, _scratchFolder) = (store, hasSameModels, scratchFolder);
    }

    public string Id => _store.Layout.RunId;

    /// <summary>Its labels are those that this run would give.</summary>
    public bool HasSameModels { get; }

    /// <summary>Its chunks of videos that this run has too.</summary>
    public int Pieces { get; private set; }

    /// <returns>Null where it has nothing for this run.</returns>
    /// <param name="store">The earlier run.</param>
    /// <param name="configuration">This run's.</param>
    /// <param name="contents">Content identities of this run's videos.</param>
    /// <param name="scratchFolder">For local copies of remote objects.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">The earlier run is damaged.</exception>
    public static async Task<EarlierRun?> TryOpenAsync(
        RunStore store, RunConfiguration configuration, IReadOnlySet<string> contents, string scratchFolder, CancellationToken cancellationToken)
    {
        if (await store.TryReadRecordAsync(cancellationToken).ConfigureAwait(false) is not { } record || !record.Configuration.FindsTheFacesOf(configuration))
        {
            return null;
        }

        var earlier = new EarlierRun(store, record.Configuration.ModelKey == configuration.ModelKey, scratchFolder);
        var entries = ManifestText.ReadJsonLines(await store.ReadManifestAsync(cancellationToken).ConfigureAwait(false), string.Empty).Entries;
        if (!entries.Any(entry => contents.Contains(entry.Content)))
        {
            return null;
        }

        using var plan = await store.Objects.OpenLocalAsync(store.Layout.Plan, scratchFolder, cancellationToken).ConfigureAwait(false);
        using var lines = new StreamReader(plan.Path);
        foreach (var chunk in PlanText.Enumerate(lines))
        {
            var content = chunk.Id.Video < entries.Count ? entries[chunk.Id.Video].Content : throw new FormatException($"{store.Layout.Plan}: {chunk.Id} is of no video of the manifest.");
            if (!contents.Contains(content))
            {
                continue;
            }

            if (!earlier._pieces.TryGetValue(content, out var pieces))
            {
                earlier._pieces[content] = pieces = [];
            }

            // Two names of one content: the first is enough.
            if (pieces.Count == 0 || pieces[0].Chunk.Video == chunk.Id.Video)
            {
                pieces.Add(new Piece(chunk.Id, chunk.FirstFrame, chunk.FrameCount));
                earlier.Pieces++;
            }
        }

        return earlier.Pieces > 0 ? earlier : null;
    }

    public bool Knows(string content) => _pieces.ContainsKey(content);

    /// <summary>Rows of the frames of a chunk, wherever this run's own chunks begin; null where none of those is done.</summary>
    public async Task<EarlierRows?> ReadAsync(string content, ChunkSpec chunk, CancellationToken cancellationToken)
    {
        var end = chunk.FirstFrame + chunk.FrameCount;
        var rows = new List<LabelRow>();
        var (isDone, areWhole) = (false, HasSameModels);
        foreach (var piece in _pieces[content].Where(p => p.FirstFrame < end && p.FirstFrame + p.FrameCount > chunk.FirstFrame))
        {
            try
            {
                if (await _store.TryReadDoneAsync(piece.Chunk, cancellationToken).ConfigureAwait(false) is not { } done)
                {
                    areWhole = false;
                    continue;
                }

                using var copy = await _store.Objects.OpenLocalAsync(_store.Layout.Root + done.ObjectName, _scratchFolder, cancellationToken).ConfigureAwait(false);
                // To the end of the file first: of one that is damaged half-way, a frame could lack faces.
                LabelRow[] read = [.. LabelParquet.Read(copy.Path, cancellationToken).Where(row => row.Frame >= chunk.FirstFrame && row.Frame < end)];
                rows.AddRange(read);
                isDone = true;
                areWhole &= done is { Problem: null, UnexpectedFrames: 0 };
            }
            catch (Exception e) when (e is ObjectNotFoundException or InvalidDataException or FormatException)
            {
                // Deleted or damaged meanwhile: that part is labelled again, with the same result.
                areWhole = false;
            }
        }

        return isDone ? new EarlierRows(rows, areWhole) : null;
    }

    private readonly record struct Piece(ChunkId Chunk, long FirstFrame, int FrameCount);
}
