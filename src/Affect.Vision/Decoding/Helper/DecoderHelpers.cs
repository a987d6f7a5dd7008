using System.Collections.Concurrent;
using Affect.Decoder;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding.Helper;

/// <summary>The helpers of a process: started when they are first needed, used for one chunk after another, ended with their owner. Thread-safe.</summary>
internal sealed class DecoderHelpers(FfmpegTools tools, TimeProvider time) : IDisposable
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

    public DecoderHelper Rent(TimeSpan stallLimit)
    {
        while (_idle.TryTake(out var helper))
        {
            if (helper.StallLimit == stallLimit && !helper.Process.HasEnded)
            {
                return helper;
            }

            End(helper);
        }

        return DecoderHelper.Start(stallLimit, time);
    }

    /// <summary>For a helper whose order has come to its end.</summary>
    public void Return(DecoderHelper helper)
    {
        _idle.Add(helper);
        if (_disposed)
        {
            Dispose();
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

    /// <summary>Starts a helper and gives it an order for a file that is not there, to see whether it works. For a thread of the caller's own.</summary>
    /// <returns>Null, or why it does not.</returns>
    public string? Try()
    {
        if (WhyNot is { } why)
        {
            return why;
        }

        var helper = Rent(DecodeOptions.DefaultStallLimit);
        try
        {
            if (helper.Greet() is { } problem)
            {
                return problem;
            }

            using var memory = SharedMemory.Create(Environment.SystemPageSize, 1);
            new DecodeOrder("file:/nonexistent", "mov", 0, HelperProtocol.NoPts, 1, 1, 0, 1, 1, 0, 0, [], memory.Path, memory.SlotBytes, memory.Slots).Write(helper.Process.Input);
            return helper.Read(1)[0] == HelperProtocol.End && helper.ReadEnd() is { Kind: not DecodeEnd.NotOpened } end ? end.Messages : null;
        }
        catch (Exception e) when (e is IOException)
        {
            return $"affect-decoder does not work: {e.Message}";
        }
        finally
        {
            End(helper);
        }
    }

    /// <summary>No helper works on this machine.</summary>
    public void Refuse(string why) => _refusal = why;

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var helper))
        {
            End(helper);
        }
    }

    /// <summary>Killed, it is gone in a moment; the wait is for the process table only.</summary>
    private static void End(DecoderHelper helper)
    {
        helper.Process.Kill();
        helper.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
