using System.Diagnostics;
using System.Globalization;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>
/// A second network beside the machine's own, joined to it by a cable that can be cut: a namespace and a bridge, so that both ends keep their own addresses while it is
/// cut. Needs root, as containers of build machines have it.
/// </summary>
internal sealed class CutNetwork : IDisposable
{
    private static int _made;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"afx{Environment.ProcessId % 100_000}{(char)('a' + (_made++ % 26))}");
    private readonly string _prefix;

    public CutNetwork()
    {
        // 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
        _prefix = string.Create(CultureInfo.InvariantCulture, $"198.{18 + (Environment.ProcessId & 1)}.{(Environment.ProcessId >> 1) + _made & 255}");
        Ip($"link add {_name}b type bridge");
        Ip($"addr add {Here}/24 dev {_name}b");
        Ip($"link set {_name}b up");
        Ip($"netns add {_name}");
        Ip($"link add {_name}h type veth peer name eth0 netns {_name}");
        Ip($"link set {_name}h master {_name}b up");
        Ip($"-n {_name} link set lo up");
        Ip($"-n {_name} addr add {There}/24 dev eth0");
        Ip($"-n {_name} link set eth0 up");
    }

    /// <summary>This machine, as both sides reach it.</summary>
    public string Here => $"{_prefix}.1";

    /// <summary>The other side, as both sides reach it.</summary>
    public string There => $"{_prefix}.2";

    /// <summary>What a command line on the other side begins with.</summary>
    public IReadOnlyList<string> Enter => ["ip", "netns", "exec", _name];

    public bool IsCut { get; private set; }

    public void Cut()
    {
        Ip($"link set {_name}h down");
        IsCut = true;
    }

    public void Heal()
    {
        Ip($"link set {_name}h up");
        IsCut = false;
    }

    public void Dispose()
    {
        Ip($"link del {_name}b");
        Ip($"link del {_name}h");
        Ip($"netns del {_name}");
    }

    private static void Ip(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {error.Trim()} (network namespaces need root)");
    }
}
