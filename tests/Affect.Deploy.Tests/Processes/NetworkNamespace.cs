using System.Diagnostics;
using System.Globalization;

namespace Affect.Deploy.Tests.Processes;

/// <summary>A network of its own, with nothing but a loopback: programs can have their real ports there, whatever else runs on the machine.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    public static async Task<NetworkNamespace> CreateAsync()
    {
        var start = new ProcessStartInfo("unshare", ["--net", "bash", "-c", "ip link set lo up && echo up && exec cat"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        var holder = Process.Start(start)!;
        Assert.Equal("up", await holder.StandardOutput.ReadLineAsync());
        return new NetworkNamespace(holder);
    }

    /// <summary>Starts a program in it; the process is the program itself.</summary>
    public RunningProgram Start(IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("nsenter", ["--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--net", program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
