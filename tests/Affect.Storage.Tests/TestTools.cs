using System.Diagnostics;

namespace Affect.Storage.Tests;

/// <summary>Programs that eng/setup.sh installs for the tests. A missing one fails the test: a skipped check would look like a passed
/// one.</summary>
internal static class TestTools
{
    public static string NodeModule(string path)
    {
        var deps = Environment.GetEnvironmentVariable("AFFECT_DEPS") is { Length: > 0 } given ? given : Path.Combine(TestFolder.RepositoryRoot, ".deps");
        var full = Path.Combine(deps, "test-tools", "node_modules", path);
        return Path.Exists(full) ? full : throw new FileNotFoundException($"{full} is missing: run eng/setup.sh test.");
    }

    /// <summary>Runs a Node script to its end and gives its output.</summary>
    public static async Task<string> NodeAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"node {string.Join(' ', arguments)}: {error}");
    }
}
