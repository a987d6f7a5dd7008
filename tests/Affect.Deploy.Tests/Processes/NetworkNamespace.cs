using System.Diagnostics;
using System.Globalization;

namespace Affect.Deploy.Tests.Processes;

/// <summary>A network of its own, with nothing but a loopback: programs can have their real ports there, whatever else runs on the machine.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    /// <summary>Who is not root becomes it in a user namespace of his own.</summary>
    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;

    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    public static async Task<NetworkNamespace> CreateAsync()
    {
        var start = new ProcessStartInfo("unshare", [.. IsRoot ? [] : (string[])["--user", "--map-root-user"], "--net", "bash", "-c", "ip link set lo up && echo up && exec cat"])
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
        string[] user = IsRoot ? [] : ["--user", "--preserve-credentials"];
        var start = new ProcessStartInfo("nsenter", ["--target", _holder.Id.ToString(CultureInfo.InvariantCulture), .. user, "--net", program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Whether a GET in this network is answered by 200; a shell's own socket costs a hundredth of a program's start.</summary>
    public async Task<bool> IsOkAsync(int port, string path)
    {
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3 && read -r line <&3 && [[ $line == 'HTTP/1.1 200 '* ]]");
        using var asking = Start(new Dictionary<string, string>(), "bash", "-c", script);
        return (await asking.WaitAsync()).ExitCode == 0;
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
