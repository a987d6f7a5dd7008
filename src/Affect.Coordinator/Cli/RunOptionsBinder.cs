using System.CommandLine;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;

namespace Affect.Coordinator.Cli;

/// <summary>What <c>run</c>, <c>plan</c> and <c>demo</c> were asked for, as text from the command line; checked where it is used.</summary>
internal sealed record RunArguments(
    string Corpus,
    string Output,
    IReadOnlyList<string> Models,
    string? Detector,
    Sampling Sampling,
    int? ChunkFrames,
    int Workers,
    string Decoder,
    string Device,
    bool RetryFailed,
    TimeSpan ChunkTimeout,
    SmoothingOptions? Smoothing,
    string? Log,
    OutputFormat Format)
{
    public RunOptions ToRunOptions() => new()
    {
        Workers = Workers, Device = Device, Decoder = Decoder, TargetFramesPerChunk = ChunkFrames, DecoderTimeLimit = ChunkTimeout,
    };
}

/// <summary>The options that start or plan a run, defined once.</summary>
internal sealed class RunOptionsBinder
{
    private readonly Argument<string> _corpus = new("corpus")
    {
        Description = "A folder (searched recursively), a video, a manifest (.jsonl, .csv) or az://container/prefix",
    };

    private readonly Option<string> _out = CommonOptions.Out();
    private readonly Option<string[]> _models = CommonOptions.Models();
    private readonly Option<string?> _detector = CommonOptions.Detector();
    private readonly Option<int> _every = new("--every") { Description = "Label every Nth frame", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _fps = new("--fps") { Description = "Label at most this many frames a second" };
    private readonly Option<double?> _start = new("--start") { Description = "Label from this time on, in seconds from the first frame" };
    private readonly Option<double?> _end = new("--end") { Description = "Label up to this time, in seconds from the first frame" };

    private readonly Option<int?> _chunkFrames = new("--chunk-frames") { Description = "Target number of frames a chunk (default: by corpus and workers)" };

    private readonly Option<int> _workers = new("--workers", "-w")
    {
        Description = "Chunks labelled at the same time",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<string> _decoder = CommonOptions.Decoder();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<double?> _smoothing = new("--smoothing") { Description = "Average labels along each track over this many seconds (default: not at all)" };
    private readonly Option<bool> _retry = new("--retry-failed") { Description = "Try again what an earlier call gave up" };

    private readonly Option<double> _timeout = new("--chunk-timeout")
    {
        Description = "Seconds without any progress after which a chunk's decoder is ended",
        DefaultValueFactory = _ => 60,
    };

    private LogOption? _log;

    /// <summary>What a submission to a server takes of a run's options: what the workers decide is left out.</summary>
    public void AddSubmissionTo(Command command)
    {
        command.Arguments.Add(_corpus);
        foreach (var option in new Option[] { _models, _detector, _every, _fps, _start, _end, _chunkFrames, _smoothing, _retry })
        {
            command.Options.Add(option);
        }

        AddRules(command);
    }

    public Core.Jobs.JobRequest BindSubmission(ParseResult r) => new()
    {
        // A path is the workers' as well as the user's; the server sees it from another folder.
        Corpus = r.GetRequiredValue(_corpus) is var corpus && Storage.Objects.AzureLocation.IsAzure(corpus) ? corpus : Path.GetFullPath(corpus),
        Models = r.GetRequiredValue(_models),
        Detector = r.GetValue(_detector),
        Sampling = new Sampling(r.GetValue(_every), r.GetValue(_fps), r.GetValue(_start), r.GetValue(_end)),
        Smoothing = r.GetValue(_smoothing) is { } seconds ? new SmoothingOptions(seconds) : null,
        ChunkFrames = r.GetValue(_chunkFrames),
        RetryFailed = r.GetValue(_retry),
    };

    public void AddTo(Command command, bool withCorpus)
    {
        if (withCorpus)
        {
            command.Arguments.Add(_corpus);
        }

        foreach (var option in new Option[]
                 {
                     _out, _models, _detector, _every, _fps, _start, _end, _chunkFrames, _workers, _decoder, _device, _smoothing, _retry, _timeout,
                 })
        {
            command.Options.Add(option);
        }

        _log = LogOption.AddTo(command);
        AddRules(command);
        CommonOptions.Range(_workers, v => v is >= 1 and <= 256, "1 to 256");
        CommonOptions.Range(_timeout, v => v is >= 1 and <= 86400, "1 to 86400");
    }

    private void AddRules(Command command)
    {
        CommonOptions.Range(_every, v => v >= 1, "1 or more");
        CommonOptions.Range(_fps, v => v is null or > 0 and <= 1000, "above 0 and at most 1000");
        CommonOptions.Range(_start, v => v is null or >= 0, "0 or more");
        CommonOptions.Range(_chunkFrames, v => v is null or >= 1 and <= 1_000_000, "1 to 1000000");
        CommonOptions.Range(_smoothing, v => v is null or > 0 and <= 60, "above 0 and at most 60");
        command.Validators.Add(r =>
        {
            if (r.GetValue(_fps) is not null && r.GetResult(_every) is { Implicit: false })
            {
                r.AddError("--fps and --every exclude each other.");
            }

            if (r.GetValue(_end) is { } end && end <= (r.GetValue(_start) ?? 0))
            {
                r.AddError("--end must be after --start.");
            }
        });
    }

    public RunArguments Bind(ParseResult r, OutputFormat format, string? corpus = null) => new(
        corpus ?? r.GetRequiredValue(_corpus),
        r.GetRequiredValue(_out),
        r.GetRequiredValue(_models),
        r.GetValue(_detector),
        new Sampling(r.GetValue(_every), r.GetValue(_fps), r.GetValue(_start), r.GetValue(_end)),
        r.GetValue(_chunkFrames),
        r.GetValue(_workers),
        r.GetRequiredValue(_decoder),
        r.GetRequiredValue(_device),
        r.GetValue(_retry),
        TimeSpan.FromSeconds(r.GetValue(_timeout)),
        r.GetValue(_smoothing) is { } seconds ? new SmoothingOptions(seconds) : null,
        _log?.Bind(r),
        format);
}
