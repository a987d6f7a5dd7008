using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Engine.Corpora;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Storage.Layout;

namespace Affect.Engine.Preparing;

/// <summary>What is to be planned.</summary>
public sealed record PlanRequest(
    string Corpus, ModelSet Models, Sampling Sampling, SmoothingOptions? Smoothing, RunOptions Options, string ProjectVersion);

/// <summary>A run that is in storage.</summary>
public sealed record PlannedRun(RunStore Store, RunDefinition Run, PreparedCorpus Corpus);

/// <summary>Reads a corpus, probes and plans it, and writes the run; or finds the very same run there.</summary>
public sealed class RunPlanner(Workspace workspace, RunProgress progress, TimeProvider time)
{
    /// <param name="request">What is to be planned.</param>
    /// <param name="check">Sees the corpus before any of its videos is opened; throws where it may not be read.</param>
    /// <param name="cancellationToken">Ends the probing; what was probed is remembered.</param>
    /// <exception cref="CorpusException">There is no such corpus, or nothing in it.</exception>
    public async Task<PlannedRun> PlanAsync(PlanRequest request, Action<CorpusListing>? check, CancellationToken cancellationToken)
    {
        progress.Enter(RunPhase.Scanning, 0);
        var listing = await CorpusReader.ReadAsync(request.Corpus, workspace.Azure, cancellationToken).ConfigureAwait(false);
        check?.Invoke(listing);
        await workspace.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var preparer = new RunPreparer(workspace.Prober, workspace.Objects, progress);
        var prepared = await preparer.PrepareAsync(listing, request.Sampling, request.Options, cancellationToken).ConfigureAwait(false);
        var record = RunRecord.Of(
            prepared.Manifest.Hash, request.Models.Configure(request.Sampling, request.Smoothing), time.GetUtcNow(), request.ProjectVersion, request.Corpus,
            prepared.Totals);
        var store = new RunStore(workspace.Objects, new RunLayout(record.Id.ToString()));
        if (await store.TryReadAsync(cancellationToken).ConfigureAwait(false) is { } existing)
        {
            // The plan of a run is written once: it stands even where this call would cut the videos otherwise.
            return new PlannedRun(store, existing, prepared);
        }

        var run = new RunDefinition(record, ManifestText.WriteJsonLines(prepared.Manifest.Entries), prepared.Videos, [.. WithCodecs(prepared)]);
        await store.CreateAsync(run, cancellationToken).ConfigureAwait(false);
        // Read back: of two calls that begin the same run at once, with other chunk sizes, one wrote the plan, and both must work by it.
        var written = await store.TryReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new IOException($"{store.Layout.Run} vanished.");
        return new PlannedRun(store, written, prepared);
    }

    /// <summary>A chunk goes only to workers that can decode its codec. Pictures need no video decoder.</summary>
    private static IEnumerable<ChunkSpec> WithCodecs(PreparedCorpus prepared) => prepared.Plan.Select(chunk =>
        prepared.Manifest.Entries[chunk.Id.Video].Kind == EntryKind.Video && prepared.Videos[chunk.Id.Video].Info is { } info
            ? chunk with { Requires = RequirementTags.Join([WorkerOffers.Codec(info.Codec)]) }
            : chunk);
}
