using System.Runtime.CompilerServices;
using System.Text;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Runs;

/// <summary>What a run is made of before any chunk is done. Written once.</summary>
/// <param name="Record"><c>run.json</c>.</param>
/// <param name="Manifest">Text of <c>manifest.jsonl</c>.</param>
/// <param name="Videos">What probing came to, one for each entry.</param>
/// <param name="Plan">All chunks in order.</param>
public sealed record RunDefinition(RunRecord Record, string Manifest, IReadOnlyList<VideoRecord> Videos, IReadOnlyList<ChunkSpec> Plan);

/// <summary>Reads and writes one run's objects in their types. Thread-safe.</summary>
public sealed class RunStore(IObjectStore objects, RunLayout layout)
{
    public IObjectStore Objects { get; } = objects;

    public RunLayout Layout { get; } = layout;

    /// <summary>
    /// Writes the definition, each part once: what another process wrote stands. <c>run.json</c> is last, so a run that has one is whole. False if the run was
    /// already there; true does not say that every part is of this definition, so read it back.
    /// </summary>
    public async Task<bool> CreateAsync(RunDefinition definition, CancellationToken cancellationToken)
    {
        await Objects.CreateIfAbsentAsync(Layout.Manifest, Encoding.UTF8.GetBytes(definition.Manifest), cancellationToken).ConfigureAwait(false);
        await Objects.CreateIfAbsentAsync(Layout.Videos, Lines(definition.Videos.Select(v => v.ToLine())), cancellationToken).ConfigureAwait(false);
        using var plan = new MemoryStream();
        PlanText.Write(plan, definition.Plan);
        await Objects.CreateIfAbsentAsync(Layout.Plan, plan.ToArray(), cancellationToken).ConfigureAwait(false);
        return await Objects.CreateIfAbsentAsync(Layout.Run, definition.Record.ToJson(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The run's identity and configuration alone, or null where there is no such run.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public async Task<RunRecord?> TryReadRecordAsync(CancellationToken cancellationToken) =>
        await Objects.TryReadAllAsync(Layout.Run, cancellationToken).ConfigureAwait(false) is { } json ? RunRecord.Parse(json) : null;

    /// <summary>Text of <c>manifest.jsonl</c> of a run that is there.</summary>
    public async Task<string> ReadManifestAsync(CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await Objects.ReadAllAsync(Layout.Manifest, cancellationToken).ConfigureAwait(false));

    /// <summary>The run's definition, or null where there is no such run.</summary>
    /// <exception cref="FormatException">An object of the run is damaged; the message names it.</exception>
    public async Task<RunDefinition?> TryReadAsync(CancellationToken cancellationToken)
    {
        if (await TryReadRecordAsync(cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return null;
        }

        var manifest = await ReadManifestAsync(cancellationToken).ConfigureAwait(false);
        using var videos = await ReadTextAsync(Layout.Videos, cancellationToken).ConfigureAwait(false);
        using var plan = await ReadTextAsync(Layout.Plan, cancellationToken).ConfigureAwait(false);
        return new RunDefinition(record, manifest, [.. Lines(videos).Select(VideoRecord.ParseLine)], PlanText.Read(plan));
    }

    /// <summary>All completion markers, in chunk order.</summary>
    public IAsyncEnumerable<DoneRecord> DoneAsync(CancellationToken cancellationToken) => DoneAsync([Layout.DonePrefix], _ => true, cancellationToken);

    /// <summary>The completion markers below some prefixes of <see cref="RunLayout.DonePrefix"/>, of the chunks that are meant, in chunk order.</summary>
    /// <exception cref="FormatException">One is damaged; the message names it.</exception>
    public async IAsyncEnumerable<DoneRecord> DoneAsync(
        IReadOnlyList<string> prefixes, Func<ChunkId, bool> isMeant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunks = new List<ChunkId>();
        await foreach (var name in NamesAsync(prefixes, cancellationToken).ConfigureAwait(false))
        {
            if (RunLayout.TryParseDone(name, out var chunk) && isMeant(chunk))
            {
                chunks.Add(chunk);
            }
        }

        // From the millionth video on the order of names is another.
        chunks.Sort();
        await foreach (var record in Objects.ReadEachAsync(chunks.Select(Layout.Done), json => DoneRecord.Parse(json), cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <summary>The marker of this chunk, or null where it is not done.</summary>
    public async Task<DoneRecord?> TryReadDoneAsync(ChunkId chunk, CancellationToken cancellationToken) =>
        await Objects.TryReadAllAsync(Layout.Done(chunk), cancellationToken).ConfigureAwait(false) is { } json
            ? Parse(Layout.Done(chunk), json, content => DoneRecord.Parse(content))
            : null;

    /// <summary>All failed attempts, in chunk order.</summary>
    public IAsyncEnumerable<FailedRecord> FailedAsync(CancellationToken cancellationToken) => FailedAsync([Layout.FailedPrefix], _ => true, cancellationToken);

    /// <summary>The failed attempts below some prefixes of <see cref="RunLayout.FailedPrefix"/>, at the chunks that are meant, in chunk order.</summary>
    /// <exception cref="FormatException">One is damaged; the message names it.</exception>
    public async IAsyncEnumerable<FailedRecord> FailedAsync(
        IReadOnlyList<string> prefixes, Func<ChunkId, bool> isMeant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var attempts = new List<LeaseToken>();
        await foreach (var name in NamesAsync(prefixes, cancellationToken).ConfigureAwait(false))
        {
            if (RunLayout.TryParseAttempt(name, out var attempt) && isMeant(attempt.Chunk))
            {
                attempts.Add(attempt);
            }
        }

        var names = attempts.OrderBy(attempt => attempt.Chunk).Select(Layout.Failed);
        await foreach (var record in Objects.ReadEachAsync(names, json => FailedRecord.Parse(json), cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <summary>
    /// The marker that ends an attempt; its data must be there. True if this attempt is the one that counts, also when an earlier call's reply was lost.
    /// </summary>
    public Task<bool> MarkDoneAsync(DoneRecord record, CancellationToken cancellationToken) =>
        Objects.CreateOrMatchAsync(Layout.Done(record.Chunk), record.ToJson(), cancellationToken);

    public Task WriteFailureAsync(FailedAttempt attempt, string videoId, CancellationToken cancellationToken) =>
        Objects.PutAsync(Layout.Failed(attempt.Token), FailedRecord.Of(attempt, videoId).ToJson(), cancellationToken);

    public Task WriteBegunAsync(BegunRecord record, CancellationToken cancellationToken) =>
        Objects.PutAsync(Layout.Begun(record.Token()), record.ToJson(), cancellationToken);

    /// <summary>The attempt has ended, however.</summary>
    public Task RemoveBegunAsync(LeaseToken attempt, CancellationToken cancellationToken) => Objects.DeleteAsync(Layout.Begun(attempt), cancellationToken);

    /// <summary>All attempts that were begun and have not ended, in chunk order. Another process may be at work on them.</summary>
    public async IAsyncEnumerable<BegunRecord> BegunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await NamesAsync([Layout.BegunPrefix], cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var record in Objects.ReadEachAsync(names, json => BegunRecord.Parse(json), cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <summary>Moves a failure record out of the ledger's way; it stays readable below <c>retired/</c>.</summary>
    public async Task RetireFailureAsync(FailedRecord record, CancellationToken cancellationToken)
    {
        var token = new LeaseToken(record.Chunk, record.Attempt);
        await Objects.PutAsync(Layout.Retired(token), record.ToJson(), cancellationToken).ConfigureAwait(false);
        await Objects.DeleteAsync(Layout.Failed(token), cancellationToken).ConfigureAwait(false);
    }

    private IAsyncEnumerable<string> NamesAsync(IEnumerable<string> prefixes, CancellationToken cancellationToken) =>
        prefixes.ToAsyncEnumerable().SelectMany(prefix => Objects.ListAsync(prefix, cancellationToken)).Select(found => found.Name);

    internal static T Parse<T>(string name, byte[] content, Func<byte[], T> parse)
    {
        try
        {
            return parse(content);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>To be read line by line: as one text it would be twice the object's size, which is a hundred megabytes of a large plan.</summary>
    private async Task<StreamReader> ReadTextAsync(string name, CancellationToken cancellationToken) =>
        new(new MemoryStream(await Objects.ReadAllAsync(name, cancellationToken).ConfigureAwait(false)), Encoding.UTF8);

    private static IEnumerable<string> Lines(TextReader text)
    {
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static byte[] Lines(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
