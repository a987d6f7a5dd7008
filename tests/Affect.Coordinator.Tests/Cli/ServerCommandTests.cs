using Affect.Coordinator.Tests.Server;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>What a server refuses the commands on its jobs.</summary>
[Collection(ConsoleTests.Name)]
public sealed class ServerCommandTests
{
    [Fact]
    public async Task WhatAServerRefuses_HasItsExitCodeAndItsWords()
    {
        using var scratch = new Scratch();
        await using var server = await LiveServer.StartAsync("secret-token", scratch.Folder);
        var url = server.Address.GetLeftPart(UriPartial.Authority);
        await File.WriteAllTextAsync(scratch.At("token"), "secret-token\n");
        await File.WriteAllTextAsync(scratch.At("wrong"), "secret");
        await File.WriteAllTextAsync(scratch.At("empty"), "\n");
        foreach (var (code, words, arguments) in (IEnumerable<(int, string, string[])>)
        [
            (0, "", ["list", "--server", url, "--token-file", scratch.At("token")]),
            (77, "token", ["list", "--server", url]),
            (77, "token", ["submit", scratch.Folder, "--server", url, "--token-file", scratch.At("wrong")]),
            (77, "token", ["worker", "--server", url]),
            (66, "--token-file", ["list", "--server", url, "--token-file", scratch.At("nowhere")]),
            (66, "empty", ["list", "--server", url, "--token-file", scratch.At("empty")]),
            (66, "no job 7q2k9m0x4c1d", ["status", "7q2k9m0x4c1d", "--server", url, "--token-file", scratch.At("token")]),
            (66, "no job", ["watch", "../../etc", "--server", url, "--token-file", scratch.At("token")]),
            (66, "no job or run", ["report", "4s0c8m1kd2z9h7aw", "--server", url, "--token-file", scratch.At("token")]),
            (64, "roots", ["submit", "/etc", "--server", url, "--token-file", scratch.At("token")]),
            (64, "--requires", ["submit", scratch.Folder, "--requires", "device: cuda\n", "--server", url, "--token-file", scratch.At("token")]),
            (64, "weather", ["retry", "7q2k9m0x4c1d", "--reason", "weather", "--server", url, "--token-file", scratch.At("token")]),
            (64, "--server", ["list", "--server", "ftp://x"]),
            (64, "plain HTTP", ["list", "--server", "http://192.0.2.1:8480"]),
            (64, "--out", ["report", "4s0c8m1kd2z9h7aw", "--server", url, "--out", scratch.Folder]),
            (69, "does not answer", ["list", "--server", "http://127.0.0.1:9"]),
        ])
        {
            var result = await CallAsync(code, arguments);
            Assert.True(code == 0 || (result.Output.Length == 0 && result.Errors.Contains(words.Replace("--requires", "requires", StringComparison.Ordinal), StringComparison.Ordinal)), $"{string.Join(' ', arguments)}: {result.Output}{result.Errors}");
            Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-token", result.Output + result.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task<CommandResult> CallAsync(int exitCode, params string[] arguments)
    {
        var result = await CommandLine.RunAsync(arguments);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode}, not {exitCode}\n{result.Output}{result.Errors}");
        return result;
    }
}
