using System.Collections.Concurrent;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding.Helper;

/// <summary>The helpers of a process: started when they are first needed, used for one chunk after another, ended with their owner. Thread-safe.</summary>
internal sealed class DecoderHelpers(FfmpegTools tools, TimeProvider time) : IDisposable
{
    private readonly ConcurrentBag<DecoderHelper> _idle = [];
    private readonly Lazy<string?> _whyNot = new(() => HelperProgram.WhyNot(tools));
    private volatile string? _refusal;
    private volatile bool _disposed;

    /// <summary>Null, or why pictures come through the <c>ffmpeg</c> program instead.</summary>
    public string? WhyNot => _refusal ?? _whyNot.Value;

    public DecoderHelper Rent(TimeSpan stallLimit) =>
        _idle.TryTake(out var helper) && helper.StallLimit == stallLimit ? helper : Replace(helper, stallLimit);

    /// <summary>For a helper whose order has come to its end.</summary>
    public void Return(DecoderHelper helper)
    {
        _idle.Add(helper);
        if (_disposed)
        {
            Dispose();
        }
    }

    /// <summary>Starts a helper to see whether it works. For a thread of the caller's own.</summary>
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
            return helper.Greet();
        }
        catch (EndOfStreamException)
        {
            return "affect-decoder ended at its start";
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

    private DecoderHelper Replace(DecoderHelper? other, TimeSpan stallLimit)
    {
        if (other is not null)
        {
            End(other);
        }

        return DecoderHelper.Start(stallLimit, time);
    }

    /// <summary>Killed, it is gone in a moment; the wait is for the process table only.</summary>
    private static void End(DecoderHelper helper)
    {
        helper.Process.Kill();
        helper.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
