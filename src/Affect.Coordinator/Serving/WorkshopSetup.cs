using Affect.Coordinator.Cli;
using Affect.Coordinator.Local;
using Affect.Engine.Local;
using Affect.Engine.Serving;
using Affect.Storage.Parquet;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Serving;

/// <summary>What a process that labels chunks of other processes' runs was asked to work with.</summary>
/// <param name="Location">The object store of all runs.</param>
/// <param name="Lanes">Chunks labelled at the same time.</param>
/// <param name="Device">Where models run, as on the command line.</param>
/// <param name="Decoder">What decodes, as on the command line.</param>
/// <param name="DecoderTimeLimit">Time without any progress after which a chunk's decoder is ended, or null for the default.</param>
internal sealed record WorkshopArguments(string Location, int Lanes, string Device, string Decoder, TimeSpan? DecoderTimeLimit);

/// <summary>Storage, decoder and models of such a process, checked. Disposed of after the work.</summary>
internal sealed class WorkshopSetup : IAsyncDisposable
{
    private readonly PipelinePool _pipelines;

    private WorkshopSetup(Workspace workspace, DeviceSpec device, ChosenDecoder decoder, PipelinePool pipelines, Workshop workshop)
    {
        (Workspace, Device, Decoder) = (workspace, device, decoder);
        (_pipelines, Workshop) = (pipelines, workshop);
    }

    public Workspace Workspace { get; }

    public DeviceSpec Device { get; }

    public ChosenDecoder Decoder { get; }

    public Workshop Workshop { get; }

    /// <summary>Checks what was asked for (device, storage, decoder, ffmpeg) before the first chunk.</summary>
    /// <exception cref="CommandException">Something is not there.</exception>
    public static async Task<WorkshopSetup> CreateAsync(WorkshopArguments arguments, WorkshopOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var device = RunSession.ProbedDevice(arguments.Device);
        var workspace = RunSession.OpenWorkspace(arguments.Location, time);
        try
        {
            await Guard.RunAsync(async () =>
            {
                await workspace.PrepareAsync(cancellationToken).ConfigureAwait(false);
                await LabelParquet.TryOutAsync(workspace.ScratchFolder, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            var decoder = await RunSession.ResolveDecoderAsync(arguments.Decoder, workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false);
            var decode = new DecodeOptions { Decoder = decoder };
            // Idle buffers of one lane's queue and batch are enough: lanes decode at the pace they label.
            var frames = new ChunkDecoder(workspace.Ffmpeg, new FrameBufferPool(4 * arguments.Lanes), time);
            var pipelines = new PipelinePool(
                device, frames, arguments.DecoderTimeLimit is { } limit ? decode with { StallLimit = limit } : decode, note => Console.Error.WriteLine($"affect: {note}"));
            var workshop = new Workshop(workspace, Installation.Models, pipelines, new ReportConcluder(workspace, time), options, time);
            return new WorkshopSetup(workspace, device, decoder, pipelines, workshop);
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pipelines.DisposeAsync().ConfigureAwait(false);
        Workspace.Dispose();
    }
}
