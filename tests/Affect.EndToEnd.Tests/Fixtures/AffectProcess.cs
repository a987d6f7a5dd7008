using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>How a call of the command line ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error, TimeSpan Wall)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"exit code {ExitCode} after {Wall.TotalSeconds:F1} s\nstdout: {Output}\nstderr: {Error}");
}

/// <summary>A call of the command line, in a session (and process group) of its own, as a shell starts it.</summary>
internal sealed class AffectProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Stop = 19;
    public const int Continue = 18;
    public const int KillNow = 9;

    /// <summary>No call of these tests takes this long, also on a machine with thirty times the work it can do: reaching it is a hang.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private AffectProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => IsDisposed || _process.HasExited;

    public bool IsDisposed { get; private set; }

    public static AffectProcess Start(IDictionary<string, string> environment, string folder, IEnumerable<string> arguments) =>
        Launch(environment, folder, ["dotnet", Installed.Program, .. arguments]);

    /// <summary>Any program, looked up in PATH.</summary>
    public static AffectProcess Launch(IDictionary<string, string> environment, string folder, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        // A shell starts background jobs with SIGINT ignored, and that is inherited; a terminal's foreground job, which the tests stand for, has it.
        foreach (var argument in (IEnumerable<string>)["env", "--default-signal=INT", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new AffectProcess(process);
    }

    public async Task<CliResult> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            Assert.Fail($"no end within {Limit}\n{await _error}");
        }

        return new CliResult(_process.ExitCode, await _output, await _error, _watch.Elapsed);
    }

    /// <summary>Signals the program alone.</summary>
    public void Signal(int signal) => _ = SendSignal(Id, signal);

    /// <summary>Signals the program and its children, as a terminal's Ctrl-C does.</summary>
    public void SignalGroup(int signal) => _ = SendSignal(-Id, signal);

    /// <summary>Ends the program alone, with no chance to tidy up.</summary>
    public void Kill() => Signal(KillNow);

    /// <summary>Living processes of the program's session: itself and whatever it started.</summary>
    public IReadOnlyList<string> LivingSession()
    {
        var living = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            try
            {
                // pid (name) state parent group session: the name can hold anything, so what follows its last bracket is read.
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[3] == Id.ToString(CultureInfo.InvariantCulture) && fields[0] != "Z")
                {
                    living.Add($"{text[..(text.LastIndexOf(')') + 1)]} {Told(folder)}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended while it was looked at.
            }
        }

        return living;
    }

    /// <summary>What may tell why a process does not end: whether it is stopped or traced, which signals wait or are blocked, and which pipes its standard streams are.</summary>
    private static string Told(string folder)
    {
        string[] telling = ["State", "PPid", "TracerPid", "SigPnd", "ShdPnd", "SigBlk", "SigIgn"];
        var status = File.ReadLines(Path.Combine(folder, "status")).Where(line => telling.Contains(line.Split(':')[0])).Select(line => line.Replace("\t", " ", StringComparison.Ordinal));
        var ends = Enumerable.Range(0, 3).Select(n => $"{n} {File.ResolveLinkTarget(Path.Combine(folder, "fd", $"{n}"), false)?.Name}");
        return string.Join(", ", status.Concat(ends));
    }

    /// <summary>Waits until nothing of the session lives; what does after some seconds is a fault.</summary>
    public async Task AssertNothingLeftAsync()
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<string> living;
        while ((living = LivingSession()).Count > 0 && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(50);
        }

        Assert.True(living.Count == 0, $"still there after {watch.Elapsed.TotalSeconds:F0} s: {string.Join(", ", living)}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            SignalGroup(KillNow);
            _process.WaitForExit();
        }

        _process.Dispose();
        IsDisposed = true;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);
}
