using System.Buffers.Binary;
using Affect.Decoder;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding.Helper;

/// <summary>Pictures that a helper decodes into shared memory: nothing is copied on this side.</summary>
internal sealed class HelperPictures : IPictureRun
{
    /// <summary>Slots beyond those of the queue: those that go back together, as many that the helper fills meanwhile.</summary>
    private const int SpareSlots = 2 * SharedPictures.ReturnedTogether;

    private readonly DecoderHelpers _helpers;
    private readonly DecoderHelper _helper;
    private readonly FrameBufferPool _pool;
    private readonly DecodeOrder _order;
    private readonly int _pictureBytes;
    private readonly SharedPictures _pictures;
    private readonly string _command;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _cancellation;
    private (DecodeEnd Kind, string Messages)? _end;

    private HelperPictures(
        DecoderHelpers helpers, DecoderHelper helper, FrameBufferPool pool, DecodeOrder order, SharedMemory memory, int pictureBytes, string command, CancellationToken cancellationToken)
    {
        (_helpers, _helper, _pool, _order, _pictureBytes, _command) = (helpers, helper, pool, order, pictureBytes, command);
        _pictures = new SharedPictures(memory, pictureBytes, helper.Process.Input);
        _cancellationToken = cancellationToken;
        _cancellation = cancellationToken.UnsafeRegister(static self => ((HelperPictures)self!).Kill(), this);
    }

    /// <summary>The helper cannot do this, for no fault of the file: the <c>ffmpeg</c> program must.</summary>
    public bool IsRefused { get; private set; }

    /// <param name="order">Without the memory.</param>
    /// <param name="command">A command line that does the same.</param>
    /// <exception cref="FfmpegUnavailableException">A helper cannot be started.</exception>
    /// <exception cref="IOException">There is no memory to share.</exception>
    public static async Task<HelperPictures> StartAsync(
        DecoderHelpers helpers, FrameBufferPool pool, DecodeOrder order, FrameLayout layout, DecodeOptions options, string command, CancellationToken cancellationToken)
    {
        var slots = Math.Min(options.QueueFrames + SpareSlots, HelperProtocol.MaxSlots);
        var slotBytes = checked(layout.SizeBytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
        var memory = SharedMemory.Create(slotBytes, slots);
        try
        {
            var helper = await helpers.RentAsync(options.StallLimit).ConfigureAwait(false);
            return new HelperPictures(
                helpers, helper, pool, order with { Memory = memory.Path, SlotBytes = slotBytes, Slots = slots }, memory, layout.SizeBytes, command, cancellationToken);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    public Task<string?> ReadAsync(PictureJudge judge, PictureReceiver receive, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Read(judge, receive), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Kill() => _helper.Process.Kill();

    public async Task<FfmpegExit> WaitForExitAsync(CancellationToken cancellationToken)
    {
        if (_end is not { } end)
        {
            if (IsRefused)
            {
                Kill();
            }

            var exit = await _helper.Process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            // A crash of the libraries may be the helper's own fault; a signal from outside would have ended ffmpeg too.
            if (!exit.Stalled && !exit.WasEndedFromOutside)
            {
                IsRefused = true;
                _helpers.NoteCrash(exit.Code);
            }

            return exit with { Command = _command };
        }

        IsRefused = end.Kind is not (DecodeEnd.Complete or DecodeEnd.NotOpened or DecodeEnd.TooManyErrors);
        if (end.Kind == DecodeEnd.NoMemory)
        {
            _helpers.Refuse(end.Messages);
        }

        var code = end.Kind switch { DecodeEnd.Complete => 0, DecodeEnd.TooManyErrors => 69, _ => 1 };
        return new FfmpegExit(code, Stalled: false, end.Messages, _command);
    }

    public async ValueTask DisposeAsync()
    {
        await _cancellation.DisposeAsync().ConfigureAwait(false);
        _pictures.Close();
        // Cancelled, it was killed, perhaps after its last word.
        if (_end is not null && !_cancellationToken.IsCancellationRequested)
        {
            await _helpers.ReturnAsync(_helper).ConfigureAwait(false);
        }
        else
        {
            _helper.Process.Kill();
            await _helper.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string? Read(PictureJudge judge, PictureReceiver receive)
    {
        try
        {
            if (_helper.Greet() is { } problem)
            {
                _helpers.Refuse(problem);
                IsRefused = true;
                return null;
            }

            _order.Write(_helper.Process.Input);
            while (_helper.Read(1)[0] is var kind && kind != HelperProtocol.End)
            {
                if (kind != HelperProtocol.Picture)
                {
                    return $"The decoder helper sent {kind} where a picture was expected.";
                }

                var picture = _helper.Read(HelperProtocol.PictureBytes);
                var (slot, pts) = (BinaryPrimitives.ReadInt32LittleEndian(picture), BinaryPrimitives.ReadInt64LittleEndian(picture[4..]));
                switch (judge(pts))
                {
                    case PictureDecision.Stop:
                        return null;
                    case PictureDecision.Drop:
                        _pictures.GiveBack(slot);
                        continue;
                }

                receive(Take(slot), pts);
            }

            _end = _helper.ReadEnd();
            return null;
        }
        catch (IOException)
        {
            // It has ended: its exit code tells why.
            return null;
        }
    }

    /// <summary>Whoever collects many frames before letting go of one must not stop the helper: the last slots are copied out and given back at once.</summary>
    private System.Buffers.IMemoryOwner<byte> Take(int slot)
    {
        if (_pictures.CanKeep)
        {
            return _pictures.Take(slot);
        }

        var copy = _pool.Rent(_pictureBytes);
        _pictures.Look(slot).CopyTo(copy.Memory.Span);
        _pictures.GiveBack(slot);
        return copy;
    }
}
