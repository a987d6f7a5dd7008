using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Corpora;
using Affect.Core.Runs;
using Affect.Engine.Local;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Preparing;

/// <summary>Finds the runs of a workspace that have labelled videos of a run before.</summary>
public sealed class EarlierRuns(Workspace workspace)
{
    /// <summary>Looks at every other run of the workspace.</summary>
    public async Task<ChunkReuse> FindAsync(RunId run, RunConfiguration configuration, CorpusManifest manifest, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (var id in workspace.RunIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (id != run.ToString())
            {
                ids.Add(id);
            }
        }

        return await OpenAsync(ids, configuration, manifest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="FindAsync"/>, and notes in the run what was found: its many workers need not look at every run.</summary>
    public async Task NoteAsync(RunStore store, RunRecord run, CorpusManifest manifest, CancellationToken cancellationToken)
    {
        var found = await FindAsync(run.Id, run.Configuration, manifest, cancellationToken).ConfigureAwait(false);
        var record = new EarlierRecord(EarlierRecord.CurrentFormatVersion, [.. found.RunIds]);
        await store.Objects.PutAsync(store.Layout.Earlier, JsonSerializer.SerializeToUtf8Bytes(record, EarlierJson.Default.EarlierRecord), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was noted in the run.</summary>
    public async Task<ChunkReuse> ReadAsync(RunStore store, RunConfiguration configuration, CorpusManifest manifest, CancellationToken cancellationToken)
    {
        var json = await store.Objects.TryReadAllAsync(store.Layout.Earlier, cancellationToken).ConfigureAwait(false);
        return json is null ? ChunkReuse.None : await OpenAsync(Parse(store.Layout.Earlier, json), configuration, manifest, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChunkReuse> OpenAsync(IEnumerable<string> ids, RunConfiguration configuration, CorpusManifest manifest, CancellationToken cancellationToken)
    {
        string[] contents = [.. manifest.Entries.Select(e => e.Content)];
        var shared = contents.Where(content => content.Length > 0).ToHashSet(StringComparer.Ordinal);
        var runs = new List<EarlierRun>();
        foreach (var id in ids)
        {
            try
            {
                var store = new RunStore(workspace.Objects, new RunLayout(id));
                if (await EarlierRun.TryOpenAsync(store, configuration, shared, workspace.ScratchFolder, cancellationToken).ConfigureAwait(false) is { } earlier)
                {
                    runs.Add(earlier);
                }
            }
            catch (Exception e) when (e is FormatException or ObjectNotFoundException)
            {
                // Another run that is damaged or being deleted is no reason to stop this one: its faces are searched for again.
            }
        }

        return new ChunkReuse(contents, runs);
    }

    private static IReadOnlyList<string> Parse(string name, byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, EarlierJson.Default.EarlierRecord) is { FormatVersion: EarlierRecord.CurrentFormatVersion } record
                ? record.Runs
                : throw new FormatException($"{name}: not of format version {EarlierRecord.CurrentFormatVersion}.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }
}

/// <summary><c>earlier.json</c>. Must agree with docs/formats/records.md.</summary>
/// <param name="FormatVersion">Readers refuse what they do not know.</param>
/// <param name="Runs">Ids of runs of the same workspace that have chunks of the same videos, sampling and detector.</param>
internal sealed record EarlierRecord(int FormatVersion, IReadOnlyList<string> Runs)
{
    public const int CurrentFormatVersion = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EarlierRecord))]
internal sealed partial class EarlierJson : JsonSerializerContext;
