using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Affect.Deploy.Tests.Processes;

/// <summary>A running program, ended with the test.</summary>
internal sealed class RunningProgram : IDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public RunningProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public async Task<(int ExitCode, string Output, string Error)> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output, await _error);
    }

    /// <summary>As Kubernetes does it: SIGTERM, then SIGKILL when the time is over, which is a failure here.</summary>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        _ = SendSignal(_process.Id, Terminate);
        using var over = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"still there {limit} after SIGTERM: {await _error}");
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);
}
