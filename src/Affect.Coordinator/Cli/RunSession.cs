using Affect.Coordinator.Local;
using Affect.Coordinator.Reports;
using Affect.Coordinator.Serving;
using Affect.Engine.Corpora;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Preparing;
using Affect.Engine.Progress;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Cli;

/// <summary>What <c>run</c> and <c>demo</c> do: check what was asked for, run it with its progress on stderr, write the report, print the summary.</summary>
internal static class RunSession
{
    public static async Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var progress = new RunProgress(time);
        using var workspace = OpenWorkspace(arguments.Output, time);
        var request = await RequestAsync(arguments, workspace, time, cancellationToken).ConfigureAwait(false);
        LocalRunResult result;
        using (var loggers = LogOption.Open(arguments.Log, time))
        await using (new ProgressDisplay(progress, time, live: !Console.IsErrorRedirected && arguments.Log != "-", Console.Error))
        {
            result = await Guard.RunAsync(() => new LocalRun(workspace, progress, time, loggers).ExecuteAsync(request, cancellationToken)).ConfigureAwait(false);
        }

        var failures = RunReporter.FailuresOf(result.Run, result.Execution, result.Final);
        var cost = await Guard.RunAsync(() => RunCost.OfCallAsync(result, request.Options, arguments.Device, cancellationToken)).ConfigureAwait(false);
        var source = new ReportSource(result.Store, result.Run, result.Manifest, result.Final, failures, request.Models, cost, IsFinished: true);
        var report = await Guard.RunAsync(() => RunReporter.WriteAsync(source, null, null, workspace.ScratchFolder, time, cancellationToken)).ConfigureAwait(false);
        RunSummary.Print(result, report, failures, arguments.Format);
        return failures.Count > 0 ? ExitCodes.CompletedWithFailures : ExitCodes.Success;
    }

    public static Workspace OpenWorkspace(string output, TimeProvider time)
    {
        try
        {
            return new Workspace(output, ProbeCache.DefaultFolder(), time);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--out: {e.Message}", e);
        }
    }

    public static DeviceSpec ParseDevice(string text) => DeviceSpec.TryParse(text, out var device)
        ? device
        : throw new CommandException(ExitCodes.Usage, $"--device must be cpu, cuda:N or tensorrt:N, not '{text}'");

    /// <summary>The device asked for, tried on this machine.</summary>
    public static DeviceSpec ProbedDevice(string text)
    {
        var device = ParseDevice(text);
        return device.Kind != DeviceKind.Cpu && Guard.Run(() => OrtRuntime.Probe(device)) is { } why ? throw new CommandException(ExitCodes.Unavailable, why) : device;
    }

    public static VideoDecoder ParseDecoder(string text) => text.ToLowerInvariant() switch
    {
        "cpu" => VideoDecoder.Cpu,
        "cuda" => VideoDecoder.Cuda,
        "vaapi" => VideoDecoder.Vaapi,
        "auto" => VideoDecoder.Auto,
        _ => throw new CommandException(ExitCodes.Usage, $"--decoder must be cpu, cuda, vaapi or auto, not '{text}'"),
    };

    /// <summary>The decoder asked for, tried on this machine.</summary>
    public static async Task<ChosenDecoder> ResolveDecoderAsync(string text, FfmpegTools ffmpeg, TimeProvider time, CancellationToken cancellationToken)
    {
        var wanted = ParseDecoder(text);
        var decoder = await Guard.RunAsync(() => new DecoderChoice(ffmpeg, time).ResolveAsync(wanted, cancellationToken)).ConfigureAwait(false);
        if (wanted == VideoDecoder.Auto)
        {
            Console.Error.WriteLine($"affect: decoder: {decoder.Reason}");
        }

        return decoder;
    }

    public static ModelSet LoadModels(RunArguments arguments) => Guard.Run(() => ModelSet.Load(Installation.Models, arguments.Detector, arguments.Models));

    private static async Task<LocalRunRequest> RequestAsync(RunArguments arguments, Workspace workspace, TimeProvider time, CancellationToken cancellationToken)
    {
        var device = ProbedDevice(arguments.Device);
        var decoder = await ResolveDecoderAsync(arguments.Decoder, workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false);
        return new LocalRunRequest
        {
            Corpus = arguments.Corpus,
            Models = LoadModels(arguments),
            Sampling = arguments.Sampling,
            Smoothing = arguments.Smoothing,
            Options = arguments.ToRunOptions(),
            Device = device,
            Decoder = decoder,
            RetryFailed = arguments.RetryFailed,
            TryAlone = TrialProcess.By(new TrialOrder
            {
                Location = workspace.Objects.Location, Device = arguments.Device, Decoder = arguments.Decoder, Detector = arguments.Detector, Models = arguments.Models,
                DecoderTimeLimit = arguments.ChunkTimeout,
            }),
            ProjectVersion = Installation.Version,
        };
    }
}
