using Affect.Core.Planning;
using Affect.Core.Tracking;

namespace Affect.Core.Jobs;

/// <summary>What was asked of a server: a corpus, how to label it, and how it shares the workers with other jobs.</summary>
public sealed record JobRequest
{
    public const int LowestPriority = -100;

    public const int HighestPriority = 100;

    public const double SmallestWeight = 0.01;

    public const double LargestWeight = 100;

    /// <summary>Longest corpus location in characters: that of a path.</summary>
    public const int LongestCorpus = 4096;

    /// <summary>Longest name of a job, a model or a requirement tag in characters.</summary>
    public const int LongestName = 200;

    /// <summary>Most models, and most tags, of a job.</summary>
    public const int MostNames = 32;

    /// <summary>Folder, video, manifest or <c>az://container/prefix</c>, as the workers see it.</summary>
    public required string Corpus { get; init; }

    /// <summary>For people; null: the corpus's location stands for it.</summary>
    public string? Name { get; init; }

    /// <summary>Affect models by name, as the workers have them installed; their outputs are averaged; none: the default one.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Detector by name; null: the default one.</summary>
    public string? Detector { get; init; }

    public Sampling Sampling { get; init; } = Sampling.All;

    /// <summary>Smoothing along tracks; null for none.</summary>
    public SmoothingOptions? Smoothing { get; init; }

    /// <summary>Target frames a chunk; null: by corpus and workers.</summary>
    public int? ChunkFrames { get; init; }

    /// <summary>Jobs of a higher priority are served first; [-100, 100], default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Share of the workers among jobs of the same priority; [0.01, 100], default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What every worker of the job must offer, such as <c>device:cuda</c>; see <see cref="RequirementTags"/>.</summary>
    public string Requires { get; init; } = "";

    /// <summary>Give what earlier jobs of the same run gave up another round of attempts.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>What is wrong with the values, naming the field and its range, or null.</summary>
    public string? Validate() =>
        string.IsNullOrWhiteSpace(Corpus) ? "corpus must name a folder, a video, a manifest or az://container/prefix"
        : Corpus.Length > LongestCorpus ? $"corpus must have {LongestCorpus} characters at most, not {Corpus.Length}"
        : Name is { Length: > LongestName } ? $"name must have {LongestName} characters at most, not {Name.Length}"
        : !AreNames(Models) ? $"models must be {MostNames} names at most, each of 1 to {LongestName} characters"
        : Detector is not null && !AreNames([Detector]) ? $"detector must be a name of 1 to {LongestName} characters"
        : !AreNames(RequirementTags.Split(Requires)) || Requires.Any(c => char.IsWhiteSpace(c) && c != ' ')
            ? "requires must be tags such as device:cuda with one space between, not other white space"
        : Sampling.Validate() is { } sampling ? sampling
        : Smoothing?.Validate() is { } smoothing ? smoothing
        : ChunkFrames is < PlanOptions.MinimumTarget or > PlanOptions.MaximumTarget
            ? $"chunkFrames must be in {PlanOptions.MinimumTarget}..{PlanOptions.MaximumTarget}, not {ChunkFrames}"
        : Priority is < LowestPriority or > HighestPriority ? $"priority must be in {LowestPriority}..{HighestPriority}, not {Priority}"
        : !(Weight >= SmallestWeight && Weight <= LargestWeight) ? $"weight must be in {SmallestWeight}..{LargestWeight}, not {Weight}"
        : null;

    /// <summary>Elements of a list that came as JSON can be null whatever the type says.</summary>
    private static bool AreNames(IReadOnlyList<string?> names) =>
        names.Count <= MostNames && names.All(name => !string.IsNullOrWhiteSpace(name) && name.Length <= LongestName);
}
