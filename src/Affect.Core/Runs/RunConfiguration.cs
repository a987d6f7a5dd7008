using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Tracking;

namespace Affect.Core.Runs;

/// <summary>
/// Everything that changes a run's output, and nothing else: together with the manifest it is the run's identity (<see cref="RunId"/>). What changes no
/// label is in <see cref="RunOptions"/>. Adding a property changes every run's identity, so raise <see cref="LabelSchema.Version"/> with it.
/// </summary>
public sealed record RunConfiguration
{
    /// <summary>Which frames are labelled.</summary>
    public required Sampling Sampling { get; init; }

    public required DetectorConfiguration Detector { get; init; }

    /// <summary>The models whose outputs are averaged, in the order given; order matters to the last bit of a sum.</summary>
    public required IReadOnlyList<ModelIdentity> AffectModels { get; init; }

    public TrackerOptions Tracking { get; init; } = TrackerOptions.Default;

    /// <summary>Smoothing of labels along tracks; null for none.</summary>
    public SmoothingOptions? Smoothing { get; init; }

    public int LabelSchemaVersion { get; init; } = LabelSchema.Version;

    /// <summary>Short hash of the affect models, as in the column <c>model</c>.</summary>
    public string ModelKey => RunHash.Of(AffectModels, RunsJson.Default.IReadOnlyListModelIdentity);

    /// <summary>Whether faces found by a run of the other configuration are those that this one finds. Affect models, tracking and smoothing come after.</summary>
    public bool FindsTheFacesOf(RunConfiguration other) => Sampling == other.Sampling && Detector == other.Detector && LabelSchemaVersion == other.LabelSchemaVersion;

    public bool Equals(RunConfiguration? other) =>
        other is not null && Sampling == other.Sampling && Detector == other.Detector && AffectModels.SequenceEqual(other.AffectModels) &&
        Tracking == other.Tracking && Smoothing == other.Smoothing && LabelSchemaVersion == other.LabelSchemaVersion;

    public override int GetHashCode() => HashCode.Combine(Sampling, Detector, AffectModels.Count, Tracking, Smoothing);
}

/// <summary>A model as far as it decides output.</summary>
/// <param name="Name">For people.</param>
/// <param name="Version">For people.</param>
/// <param name="Sha256">Of <c>model.onnx</c>, hex in lower case.</param>
/// <param name="ContractSha256">Of <c>model.json</c>, hex in lower case: crop, normalisation, temperatures and thresholds are in there.</param>
public sealed record ModelIdentity(string Name, string Version, string Sha256, string ContractSha256);

/// <summary>How faces are found.</summary>
/// <param name="Model">The detector.</param>
/// <param name="ScoreThreshold">Lowest score of a face, in [0, 1].</param>
/// <param name="OverlapThreshold">Intersection over union above which the weaker of two boxes is dropped, in [0, 1].</param>
/// <param name="MinimumFacePixels">Smallest face kept: square root of the box area in the full-size frame.</param>
public sealed record DetectorConfiguration(ModelIdentity Model, double ScoreThreshold, double OverlapThreshold, double MinimumFacePixels)
{
    /// <summary>Whatever else the detector's decoder takes (scales, tiles), as text; in ordinal order of names.</summary>
    public SortedDictionary<string, string> Parameters { get; init => field = new(value, StringComparer.Ordinal); } = new(StringComparer.Ordinal);

    public bool Equals(DetectorConfiguration? other) =>
        other is not null && Model == other.Model && ScoreThreshold.Equals(other.ScoreThreshold) && OverlapThreshold.Equals(other.OverlapThreshold) &&
        MinimumFacePixels.Equals(other.MinimumFacePixels) && Parameters.SequenceEqual(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Model, ScoreThreshold, OverlapThreshold, MinimumFacePixels, Parameters.Count);
}
