using Affect.Core.Corpora;
using Affect.Core.Video;
using Affect.Vision.Decoding.Helper;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>
/// Decodes chunks in processes of their own. A chunk's frames come upright, full size, in presentation order, each with the PTS and rank that the frame index
/// gives it. Thread-safe. Disposed of after the last decode.
/// </summary>
public sealed class ChunkDecoder : IAsyncDisposable
{
    private readonly FfmpegTools _tools;
    private readonly FrameBufferPool _pool;
    private readonly TimeProvider _time;
    private readonly DecoderHelpers _helpers;
    private readonly HardwareRefusals _refusals = new();

    public ChunkDecoder(FfmpegTools tools, FrameBufferPool pool, TimeProvider time)
        : this(tools, pool, time, new DecoderHelpers(tools, time))
    {
    }

    internal ChunkDecoder(FfmpegTools tools, FrameBufferPool pool, TimeProvider time, DecoderHelpers helpers)
    {
        (_tools, _pool, _time, _helpers) = (tools, pool, time, helpers);
    }

    /// <summary>Null where plain videos are decoded by FFmpeg's libraries into shared memory; else why all go through the <c>ffmpeg</c> program, which costs more CPU.</summary>
    public static async Task<string?> WhyThroughProgramAsync(FfmpegTools tools, TimeProvider time)
    {
        await using var helpers = new DecoderHelpers(tools, time);
        return await helpers.TryAsync().ConfigureAwait(false);
    }

    /// <summary>Starts decoding. Frames wait in a bounded queue; dispose of the result to end early.</summary>
    /// <exception cref="ArgumentException">The request does not fit its own index.</exception>
    public ChunkDecode Start(DecodeRequest request, DecodeOptions options, CancellationToken cancellationToken)
    {
        options.Validate();
        var wanted = request.WantedRanks();
        var output = new FrameQueue(options.QueueFrames);
        return request.Kind switch
        {
            EntryKind.Video => new ChunkDecode(output, new VideoDecode(_tools, _helpers, _refusals, _pool, _time, request, wanted, options, output).RunAsync, cancellationToken),
            EntryKind.FaceFrames => new ChunkDecode(output, new FolderDecode(_tools, _pool, _time, request, wanted, options, output).RunAsync, cancellationToken),
            _ => throw new ArgumentException($"Not a kind of entry that can be decoded: {request.Kind}."),
        };
    }

    public ValueTask DisposeAsync() => _helpers.DisposeAsync();
}

/// <summary>
/// A decode under way. Read the frames to their end, dispose of each, then take <see cref="Outcome"/>. One reader at a time.
/// </summary>
public sealed class ChunkDecode : IAsyncDisposable
{
    private readonly FrameQueue _queue;
    private readonly CancellationTokenSource _stop;
    private readonly Task _run;
    private DecodeOutcome? _outcome;
    private bool _disposed;

    internal ChunkDecode(FrameQueue queue, Func<CancellationToken, Task<DecodeOutcome>> run, CancellationToken cancellationToken)
    {
        _queue = queue;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _run = RunAsync(run);
    }

    /// <summary>The account of the decode, once the frames have been read to their end.</summary>
    public DecodeOutcome Outcome => _outcome ?? throw new InvalidOperationException("The frames have not been read to their end.");

    /// <summary>The frames, ascending by rank. The receiver owns each one.</summary>
    /// <exception cref="FfmpegUnavailableException">ffmpeg could not be started.</exception>
    /// <exception cref="OperationCanceledException">The decode was cancelled.</exception>
    public IAsyncEnumerable<DecodedFrame> ReadFramesAsync(CancellationToken cancellationToken) => _queue.ReadAllAsync(cancellationToken);

    /// <summary>Ends ffmpeg if it still runs, and gives back the frames that nobody read.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _queue.Dispose();
        _stop.Dispose();
    }

    /// <summary>Never throws: whatever happens reaches the reader through the queue.</summary>
    private async Task RunAsync(Func<CancellationToken, Task<DecodeOutcome>> run)
    {
        try
        {
            // Off the caller's thread: starting a process takes milliseconds.
            _outcome = await Task.Run(() => run(_stop.Token), _stop.Token).ConfigureAwait(false);
            _queue.Complete(null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _queue.Complete(e);
        }
    }
}
