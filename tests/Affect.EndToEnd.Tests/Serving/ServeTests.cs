using System.Globalization;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary><c>affect serve</c> as a process: what it refuses, what it says, how it ends.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task WhatItCannotServe_IsRefused()
    {
        using var box = new Sandbox();
        using var taken = await ServerProcess.StartAsync(box, workers: 0);
        var port = taken.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (code, word, arguments) in (IEnumerable<(int, string, string[])>)
        [
            (64, "--listen", ["--listen", "here"]),
            (64, "--root", ["--listen", "0.0.0.0:0"]),
            (66, "--root", ["--root", box.PathOf("nowhere")]),
            (69, "--listen", ["--listen", $"127.0.0.1:{port}"]),
        ])
        {
            var result = await box.CallAsync(["serve", "--workers", "0", "--out", box.PathOf("out"), .. arguments]);
            Assert.True(result.ExitCode == code && result.Error.Contains(word, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {result}");
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }

        taken.Process.Signal(AffectProcess.Terminate);
        Assert.Equal(0, (await taken.Process.WaitAsync()).ExitCode);
    }

    /// <summary>In a network of its own, so that nothing outside ever reaches it.</summary>
    [Fact]
    public async Task OffLoopback_ItMakesATokenThatOnlyItsUserCanRead_AndSaysWhere()
    {
        using var box = new Sandbox();
        box.Environment["HOME"] = box.Folder("home");
        var script = box.PathOf("serve.sh");
        await File.WriteAllTextAsync(script, $"""
            exec unshare --user --map-root-user --net bash -c '
              ip link set lo up
              dotnet "{Installed.Program}" serve --listen 0.0.0.0:8480 --workers 0 --root "{box.Corpus}" --out "{box.PathOf("out")}" & server=$!
              until curl -sf http://127.0.0.1:8480/health/ready > /dev/null; do kill -0 $server || exit 9; sleep 0.1; done
              curl -s -o /dev/null -w "%{"{"}http_code{"}"}\n" http://127.0.0.1:8480/api/v1/runs
              curl -s -o /dev/null -w "%{"{"}http_code{"}"}\n" -H "Authorization: Bearer $(cat $HOME/.affect/server-token)" http://127.0.0.1:8480/api/v1/runs
              stat -c %a $HOME/.affect $HOME/.affect/server-token
              kill -TERM $server; wait $server; echo "ended $?"'
            """);
        var result = await ShellCall.RunAsync(box.Environment, script);
        Assert.True(result.Output == "401\n200\n700\n600\nended 0\n", $"{result}");
        Assert.Contains($"a new token is in {box.PathOf("home")}/.affect/server-token", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(await File.ReadAllTextAsync(box.PathOf("home/.affect/server-token")), result.Output + result.Error, StringComparison.Ordinal);
    }
}
