using Affect.Engine.Estimating;

namespace Affect.Coordinator.Cli;

/// <summary>A video of a plan. What could not be read has its reason and nulls.</summary>
/// <param name="Id">Id in the manifest.</param>
/// <param name="Location">Where it lies.</param>
/// <param name="FramesPerSecond">Average frame rate.</param>
/// <param name="VariableFrameRate">Frame intervals differ.</param>
/// <param name="Frames">All frames.</param>
/// <param name="SelectedFrames">Frames that would be labelled.</param>
/// <param name="Anomalies">Oddities that the prober dealt with.</param>
/// <param name="Reason">Why it cannot be labelled, a word as in failures.jsonl; or null.</param>
/// <param name="Problem">The same as a sentence.</param>
internal sealed record PlanVideo(
    string Id, string Location, string? Container, string? Codec, int? Width, int? Height, double? FramesPerSecond, bool VariableFrameRate, double? DurationSeconds,
    long? SizeBytes, long Frames, long SelectedFrames, int Chunks, IReadOnlyList<string> Anomalies, string? Reason, string? Problem);

/// <summary>Sums over the plan.</summary>
internal sealed record PlanTotals(
    int Videos, int UnreadableVideos, int VariableFrameRateVideos, double DurationSeconds, long SizeBytes, long Frames, long SelectedFrames, int Chunks);

/// <summary>Videos of the corpus that runs with the same sampling, detector and affect models have: labels of theirs that are done are taken, not made again.</summary>
internal sealed record PlanEarlier(int Videos, long SelectedFrames);

/// <summary>What <c>affect plan</c> prints. Must agree with docs/cli.md.</summary>
/// <param name="RunId">The run that these options would start, or go on with.</param>
/// <param name="ChunksDone">Chunks of that run which are done; null where there is no such run yet.</param>
/// <param name="Earlier">What other runs have.</param>
/// <param name="Notes">What reading the corpus brought to light: bad lines, ignored files.</param>
/// <param name="Duplicates">Groups of videos with the same content.</param>
/// <param name="SavedManifest">The manifest written, or null.</param>
/// <param name="Estimate">From the measured sample; null without one.</param>
internal sealed record PlanOutput(
    string RunId, string Corpus, int? ChunksDone, PlanEarlier Earlier, PlanTotals Totals, IReadOnlyList<PlanVideo> Videos, IReadOnlyList<IReadOnlyList<string>> Duplicates,
    IReadOnlyList<string> Notes, string? SavedManifest, RunEstimate? Estimate);
