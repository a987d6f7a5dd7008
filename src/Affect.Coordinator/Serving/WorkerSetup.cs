using Affect.Coordinator.Cli;
using Affect.Coordinator.Local;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Serving;
using Affect.Storage.Parquet;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Serving;

/// <summary>What a worker was asked to be.</summary>
internal sealed record WorkerArguments(int Lanes, string Device, string Decoder, TimeSpan Grace);

/// <summary>A worker of this machine, ready to work for a server. Disposed of after it has run.</summary>
internal sealed class WorkerSetup : IAsyncDisposable
{
    private readonly Workspace _workspace;
    private readonly PipelinePool _pipelines;

    private WorkerSetup(Workspace workspace, PipelinePool pipelines, WorkerHost host, string name)
    {
        (_workspace, _pipelines) = (workspace, pipelines);
        (Host, Name) = (host, name);
    }

    public WorkerHost Host { get; }

    public string Name { get; }

    /// <summary>Checks what was asked for (device, decoder, ffmpeg) before the first chunk is leased.</summary>
    /// <exception cref="CommandException">Something is not there.</exception>
    public static async Task<WorkerSetup> CreateAsync(
        WorkerArguments arguments, IWorkSource source, Workplace workplace, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var device = RunSession.ParseDevice(arguments.Device);
        if (device.Kind != DeviceKind.Cpu && Guard.Run(() => OrtRuntime.Probe(device)) is { } why)
        {
            throw new CommandException(ExitCodes.Unavailable, why);
        }

        var workspace = RunSession.OpenWorkspace(workplace.Location, time);
        PipelinePool? pipelines = null;
        try
        {
            await Guard.RunAsync(async () =>
            {
                await workspace.PrepareAsync(cancellationToken).ConfigureAwait(false);
                await LabelParquet.TryOutAsync(workspace.ScratchFolder, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            var decoder = await RunSession.ResolveDecoderAsync(arguments.Decoder, workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false);
            var offers = await Guard.RunAsync(() => OffersAsync(workspace.Ffmpeg, decoder, device, time, cancellationToken)).ConfigureAwait(false);
            // Idle buffers of one lane's queue and batch are enough: lanes decode at the pace they label.
            var frames = new ChunkDecoder(workspace.Ffmpeg, new FrameBufferPool(4 * arguments.Lanes), time);
            pipelines = new PipelinePool(device, frames, new DecodeOptions { Decoder = decoder });
            var roots = new CorpusRoots(workplace.CorpusRoots);
            var workshop = new Workshop(
                workspace, Installation.Models, pipelines, new ReportConcluder(time), new WorkshopOptions(Environment.ProcessorCount, Installation.Version, roots.Contains), time);
            var options = new WorkerHostOptions
            {
                Name = WorkerHostOptions.NewName(), Version = Installation.Version, Lanes = arguments.Lanes, Device = arguments.Device,
                Decoder = arguments.Decoder, Offers = offers, Grace = arguments.Grace,
            };
            var retrying = new RetryingWorkSource(source, RetryingWorkSource.DefaultBound, time, Environment.ProcessId);
            return new WorkerSetup(workspace, pipelines, new WorkerHost(retrying, workshop, options, time, loggers), options.Name);
        }
        catch
        {
            if (pipelines is not null)
            {
                await pipelines.DisposeAsync().ConfigureAwait(false);
            }

            workspace.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pipelines.DisposeAsync().ConfigureAwait(false);
        _workspace.Dispose();
    }

    private static async Task<IReadOnlySet<string>> OffersAsync(
        FfmpegTools ffmpeg, ChosenDecoder decoder, DeviceSpec device, TimeProvider time, CancellationToken cancellationToken)
    {
        var offers = new HashSet<string>(StringComparer.Ordinal) { WorkerOffers.Device(device.Kind.ToString()) };
        offers.UnionWith((await CodecsAsync(ffmpeg, decoder.Decoder, time, cancellationToken).ConfigureAwait(false)).Select(WorkerOffers.Codec));
        foreach (var name in Installation.Models.Names())
        {
            offers.Add(WorkerOffers.Model(name));
            try
            {
                var models = name.StartsWith("detector-", StringComparison.Ordinal)
                    ? ModelSet.Load(Installation.Models, name, [])
                    : ModelSet.Load(Installation.Models, null, [name]);
                var configuration = models.Configure(Core.Planning.Sampling.All, null);
                offers.Add(WorkerOffers.Model(configuration.Detector.Model));
                offers.UnionWith(configuration.AffectModels.Select(WorkerOffers.Model));
            }
            catch (ModelException)
            {
                // A broken model is not offered; asking for it tells why.
                offers.Remove(WorkerOffers.Model(name));
            }
        }

        return offers;
    }

    /// <summary>
    /// Codecs by the names that ffprobe gives them. In software those that ffmpeg has a decoder for (decoders of other libraries carry their library's name). Of a hardware decoder
    /// those that it was seen to decode: a chunk of any other goes to a worker that has it, or is told to wait for one.
    /// </summary>
    private static async Task<IEnumerable<string>> CodecsAsync(FfmpegTools ffmpeg, VideoDecoder decoder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (decoder != VideoDecoder.Cpu)
        {
            var codecs = await new CodecTrial(ffmpeg, time).DecodableAsync(decoder, cancellationToken).ConfigureAwait(false);
            return codecs.Count > 0 ? codecs : throw new DecoderUnavailableException(
                $"The decoder's device opens, but it decodes none of {string.Join(", ", CodecTrial.Codecs)}. Use --decoder cpu, or auto.");
        }

        var capabilities = await FfmpegCapabilities.ReadAsync(ffmpeg, time, cancellationToken).ConfigureAwait(false);
        return capabilities.VideoDecoders.Select(name => name switch
        {
            "libdav1d" or "libaom-av1" => "av1",
            "libvpx" => "vp8",
            "libvpx-vp9" => "vp9",
            _ => name,
        });
    }
}
