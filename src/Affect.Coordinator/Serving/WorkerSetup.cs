using Affect.Coordinator.Cli;
using Affect.Coordinator.Local;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Serving;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Serving;

/// <summary>What a worker was asked to be.</summary>
internal sealed record WorkerArguments(int Lanes, string Device, string Decoder, TimeSpan Grace);

/// <summary>A worker of this machine, ready to work for a server. Disposed of after it has run.</summary>
internal sealed class WorkerSetup : IAsyncDisposable
{
    private readonly WorkshopSetup _setup;

    private WorkerSetup(WorkshopSetup setup, WorkerHost host, string name) => (_setup, Host, Name) = (setup, host, name);

    public WorkerHost Host { get; }

    public string Name { get; }

    /// <summary>Checks what was asked for before the first chunk is leased.</summary>
    /// <param name="arguments">What it is to be.</param>
    /// <param name="source">The server.</param>
    /// <param name="workplace">Where its results go and what it may read.</param>
    /// <param name="isInServer">The server is in this process: its ledgers end with it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">The log.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="CommandException">Something is not there.</exception>
    public static async Task<WorkerSetup> CreateAsync(
        WorkerArguments arguments, IWorkSource source, Workplace workplace, bool isInServer, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var workshop = new WorkshopOptions(Environment.ProcessorCount, Installation.Version, new CorpusRoots(workplace.CorpusRoots).Contains)
        {
            RecordsBegun = isInServer,
            TryAlone = TrialProcess.By(new TrialOrder { Location = workplace.Location, Device = arguments.Device, Decoder = arguments.Decoder }),
        };
        var setup = await WorkshopSetup.CreateAsync(
            new WorkshopArguments(workplace.Location, arguments.Lanes, arguments.Device, arguments.Decoder, null), workshop, time, cancellationToken).ConfigureAwait(false);
        try
        {
            var offers = await Guard.RunAsync(() => OffersAsync(setup.Workspace, setup.Decoder, setup.Device, time, cancellationToken)).ConfigureAwait(false);
            var options = new WorkerHostOptions
            {
                Name = WorkerHostOptions.NewName(), Version = Installation.Version, Lanes = arguments.Lanes, Device = arguments.Device,
                Decoder = arguments.Decoder, Offers = offers, Grace = arguments.Grace,
            };
            var retrying = new RetryingWorkSource(source, RetryingWorkSource.DefaultBound, time, Environment.ProcessId);
            return new WorkerSetup(setup, new WorkerHost(retrying, setup.Workshop, options, time, loggers), options.Name);
        }
        catch
        {
            await setup.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _setup.DisposeAsync();

    private static async Task<IReadOnlySet<string>> OffersAsync(
        Workspace workspace, ChosenDecoder decoder, DeviceSpec device, TimeProvider time, CancellationToken cancellationToken)
    {
        var offers = new HashSet<string>(StringComparer.Ordinal) { WorkerOffers.Device(device.Kind.ToString()) };
        offers.UnionWith((await CodecsAsync(workspace, decoder.IsAuto ? VideoDecoder.Cpu : decoder.Decoder, time, cancellationToken).ConfigureAwait(false)).Select(WorkerOffers.Codec));
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
    private static async Task<IEnumerable<string>> CodecsAsync(Workspace workspace, VideoDecoder decoder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (decoder != VideoDecoder.Cpu)
        {
            var codecs = await new CodecTrial(workspace.Ffmpeg, workspace.ScratchFolder, time).DecodableAsync(decoder, cancellationToken).ConfigureAwait(false);
            return codecs.Count > 0 ? codecs : throw new DecoderUnavailableException(
                $"The decoder's device opens, but it decodes none of {string.Join(", ", CodecTrial.Codecs)}. Use --decoder cpu, or auto.");
        }

        var capabilities = await FfmpegCapabilities.ReadAsync(workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false);
        return capabilities.VideoDecoders.Select(name => name switch
        {
            "libdav1d" or "libaom-av1" => "av1",
            "libvpx" => "vp8",
            "libvpx-vp9" => "vp9",
            _ => name,
        });
    }
}
