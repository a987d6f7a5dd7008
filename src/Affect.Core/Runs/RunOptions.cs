namespace Affect.Core.Runs;

/// <summary>
/// How a run is carried out: changes its speed, never its rows, so it is not part of its identity and may differ when the run is resumed.
/// </summary>
public sealed record RunOptions
{
    public static readonly RunOptions Default = new();

    /// <summary>Chunks in work at once on this machine; at least 1; default: the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Workers that the corpus is cut for, where they are not all on this machine; at least 1; null: <see cref="Workers"/>.</summary>
    public int? PlannedWorkers { get; init; }

    /// <summary>Threads that one inference call may use; at least 1; default 1.</summary>
    public int InferenceThreads { get; init; } = 1;

    /// <summary>Where inference runs: <c>cpu</c>, <c>cuda:0</c>, <c>tensorrt:0</c>; default cpu. Never replaced by another silently.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What decodes: <c>software</c>, <c>cuda</c>, <c>vaapi</c> or <c>auto</c>; default software.</summary>
    public string Decoder { get; init; } = "software";

    /// <summary>Frames a chunk, about; null to let the corpus and the workers decide.</summary>
    public int? TargetFramesPerChunk { get; init; }

    /// <summary>Longest time that a decoder may stay silent before its chunk counts as failed; above zero; default 60 s.</summary>
    public TimeSpan DecoderTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() =>
        Workers < 1 ? $"workers must be at least 1, not {Workers}"
        : PlannedWorkers is < 1 ? $"planned workers must be at least 1, not {PlannedWorkers}"
        : InferenceThreads < 1 ? $"inference threads must be at least 1, not {InferenceThreads}"
        : TargetFramesPerChunk is < 1 ? $"target frames per chunk must be at least 1, not {TargetFramesPerChunk}"
        : DecoderTimeLimit <= TimeSpan.Zero ? $"decoder time limit must be above zero, not {DecoderTimeLimit}"
        : null;
}
