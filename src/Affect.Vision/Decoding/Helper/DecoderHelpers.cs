using System.Collections.Concurrent;
using Affect.Decoder;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding.Helper;

/// <summary>The helpers of a process: started when they are first needed, used for one chunk after another, ended with their owner. Thread-safe.</summary>
internal sealed class DecoderHelpers(FfmpegTools tools, TimeProvider time) : IAsyncDisposable
{
    /// <summary>So many crashes are not those of single files.</summary>
    private const int CrashLimit = 8;

    private readonly ConcurrentBag<DecoderHelper> _idle = [];
    private readonly Lazy<string?> _whyNot = new(() => HelperProgram.WhyNot(tools));
    private volatile string? _refusal;
    private volatile bool _disposed;
    private int _crashes;

    /// <summary>Null, or why pictures come through the <c>ffmpeg</c> program instead.</summary>
    public string? WhyNot => _refusal ?? _whyNot.Value;

    /// <exception cref="FfmpegUnavailableException">A helper cannot be started.</exception>
    public async ValueTask<DecoderHelper> RentAsync(TimeSpan stallLimit)
    {
        while (_idle.TryTake(out var helper))
        {
            if (helper.StallLimit == stallLimit && !helper.Process.HasEnded)
            {
                return helper;
            }

            await EndAsync(helper).ConfigureAwait(false);
        }

        return DecoderHelper.Start(stallLimit, time);
    }

    /// <summary>For a helper whose order has come to its end.</summary>
    public async ValueTask ReturnAsync(DecoderHelper helper)
    {
        _idle.Add(helper);
        if (_disposed)
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A helper ended by itself in the middle of an order.</summary>
    public void NoteCrash(int exitCode)
    {
        if (Interlocked.Increment(ref _crashes) >= CrashLimit)
        {
            Refuse($"affect-decoder crashed {CrashLimit} times, with exit code {exitCode} the last time");
        }
    }

    /// <summary>Starts a helper and gives it an order for a file that is not there, to see whether it works.</summary>
    /// <returns>Null, or why it does not.</returns>
    public async Task<string?> TryAsync()
    {
        if (WhyNot is { } why)
        {
            return why;
        }

        var helper = await RentAsync(DecodeOptions.DefaultStallLimit).ConfigureAwait(false);
        try
        {
            // Off the caller's thread: reading from a helper blocks.
            return await Task.Run(() => Try(helper)).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            return $"affect-decoder does not work: {e.Message}";
        }
        finally
        {
            await EndAsync(helper).ConfigureAwait(false);
        }
    }

    /// <summary>No helper works on this machine.</summary>
    public void Refuse(string why) => _refusal = why;

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        while (_idle.TryTake(out var helper))
        {
            await EndAsync(helper).ConfigureAwait(false);
        }
    }

    private static string? Try(DecoderHelper helper)
    {
        if (helper.Greet() is { } problem)
        {
            return problem;
        }

        using var memory = SharedMemory.Create(Environment.SystemPageSize, 1);
        new DecodeOrder("file:/nonexistent", "mov", 0, HelperProtocol.NoPts, 1, 1, 0, 1, 1, 0, 0, [], memory.Path, memory.SlotBytes, memory.Slots).Write(helper.Process.Input);
        if (helper.Read(1)[0] is var kind && kind != HelperProtocol.End)
        {
            return $"affect-decoder does not work: it sent {kind} for a file that is not there.";
        }

        var end = helper.ReadEnd();
        return end.Kind == DecodeEnd.NotOpened ? null : $"affect-decoder does not work: a file that is not there ended with {end.Kind}. {end.Messages}".TrimEnd();
    }

    private static ValueTask EndAsync(DecoderHelper helper)
    {
        helper.Process.Kill();
        return helper.DisposeAsync();
    }
}
