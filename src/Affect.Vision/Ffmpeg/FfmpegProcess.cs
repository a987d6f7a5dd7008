using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Affect.Decoder;

namespace Affect.Vision.Ffmpeg;

/// <summary>How a process ended.</summary>
/// <param name="Code">Exit code; 128 + signal where a signal ended it.</param>
/// <param name="Stalled">It was killed because it gave no output for the time limit.</param>
/// <param name="Stderr">First and last part of its error output.</param>
/// <param name="Command">A command line that does the same.</param>
public sealed record FfmpegExit(int Code, bool Stalled, string Stderr, string Command)
{
    /// <summary>
    /// Somebody ended it: a terminal's Ctrl-C, a service manager, the kernel when memory ran out. Its output is cut short by no fault of the file.
    /// 255 is what ffmpeg returns when it caught the signal itself.
    /// </summary>
    public bool WasEndedFromOutside => !Stalled && IsEndFromOutside(Code);

    /// <summary>The same of a bare exit code: 255, or 128 + SIGHUP, SIGINT, SIGKILL or SIGTERM.</summary>
    public static bool IsEndFromOutside(int code) => code is 255 or 128 + 1 or 128 + 2 or 128 + 9 or 128 + 15;
}

/// <summary>
/// One run of ffmpeg or ffprobe: started without a shell, its standard output read by the owner, its standard error drained by a thread of its own
/// (so that neither pipe can fill up and block it), killed on cancellation, on a stall and on disposal. The stall clock runs only while the owner waits for
/// output: a slow consumer is no fault of ffmpeg's.
/// </summary>
internal sealed partial class FfmpegProcess : IAsyncDisposable
{
    /// <summary>
    /// After ffmpeg was ended by a signal, the time in which the same signal reaches this process if it was meant for both (Ctrl-C in a terminal goes to the whole
    /// process group). Only then is the loss looked at.
    /// </summary>
    public static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(0.5);

    private const int SetPipeSize = 1031; // F_SETPIPE_SZ, linux/fcntl.h

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallLimit;
    private readonly MessageTail _stderr = new();
    private readonly TaskCompletionSource _stderrClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancellation;
    private readonly ITimer _watch;
    private long _waitingSince;
    private volatile bool _stalled;

    private FfmpegProcess(Process process, string command, TimeSpan stallLimit, TimeProvider time, CancellationToken cancellationToken)
    {
        _process = process;
        _time = time;
        _stallLimit = stallLimit;
        Command = command;
        Output = process.StandardOutput.BaseStream;
        new Thread(DrainStderr, maxStackSize: 256 * 1024) { IsBackground = true, Name = "ffmpeg stderr" }.Start();
        _cancellation = cancellationToken.UnsafeRegister(static self => ((FfmpegProcess)self!).Kill(), this);
        var period = TimeSpan.FromTicks(Math.Max(stallLimit.Ticks / 4, TimeSpan.TicksPerMillisecond));
        _watch = time.CreateTimer(static self => ((FfmpegProcess)self!).KillIfStalled(), this, period, period);
    }

    public string Command { get; }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public Stream Output { get; }

    /// <summary>Standard input; only where it was asked for.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <exception cref="FfmpegUnavailableException">The program is not there.</exception>
    public static FfmpegProcess Start(
        string program, IReadOnlyList<string> arguments, bool withInput, TimeSpan stallLimit, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // A report file or colours asked for in the user's environment would land in our folders and messages.
        start.Environment.Remove("FFREPORT");
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new FfmpegUnavailableException(program, e);
        }

        if (!withInput)
        {
            process.StandardInput.Close();
        }

        return new FfmpegProcess(process, CommandLine.Quote(program, arguments), stallLimit, time, cancellationToken);
    }

    /// <summary>Asks the kernel for a larger output pipe: fewer wake-ups a frame. Best effort; the stream works with any size.</summary>
    /// <returns>The size now in force, or -1 where it could not be changed.</returns>
    public int GrowOutputPipe(int bytes)
    {
        if (!OperatingSystem.IsLinux() || Output is not PipeStream pipe)
        {
            return -1;
        }

        return Fcntl((int)pipe.SafePipeHandle.DangerousGetHandle(), SetPipeSize, bytes);
    }

    /// <summary>Blocks until some output is there; 0 at its end. For a thread of the caller's own.</summary>
    public int ReadOutput(Span<byte> buffer)
    {
        Volatile.Write(ref _waitingSince, Math.Max(1, _time.GetTimestamp()));
        try
        {
            return Output.Read(buffer);
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    /// <summary>The output as a stream whose reads run the stall clock; asynchronous reads go to the thread pool.</summary>
    public Stream WatchedOutput() => new WatchedStream(this);

    public void Kill() => ProcessTree.Kill(_process);

    /// <summary>Waits for the end of a process whose output has been read to its end, or that was killed.</summary>
    public async Task<FfmpegExit> WaitForExitAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _waitingSince, Math.Max(1, _time.GetTimestamp()));
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _waitingSince, 0);
        await _stderrClosed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new FfmpegExit(_process.ExitCode, _stalled, _stderr.ToString(), Command);
    }

    public async ValueTask DisposeAsync()
    {
        await _cancellation.DisposeAsync().ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        if (!_process.HasExited)
        {
            Kill();
            // Not cancellable: SIGKILL ends it, and a process that is not waited for would stay behind as a zombie.
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await _stderrClosed.Task.ConfigureAwait(false);
        _process.Dispose();
    }

    private void KillIfStalled()
    {
        var since = Volatile.Read(ref _waitingSince);
        if (since != 0 && _time.GetElapsedTime(since) >= _stallLimit)
        {
            _stalled = true;
            Kill();
        }
    }

    private void DrainStderr()
    {
        try
        {
            var stream = _process.StandardError.BaseStream;
            var buffer = new byte[4096];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                _stderr.Append(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process was disposed of; what was read so far stands.
        }
        finally
        {
            _stderrClosed.SetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
