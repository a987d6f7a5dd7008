using System.Text.Json;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>A test's own folders: corpus, cache, results. Removed at its end.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public Sandbox()
    {
        _environment["AFFECT_HOME"] = Installed.Root;
        _environment["AFFECT_CACHE"] = Folder("cache");
        _environment["TMPDIR"] = Folder("tmp");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("affect-e2e-").FullName;

    public string Corpus => Folder("corpus");

    /// <summary>The program's environment on top of the tests' own.</summary>
    public IDictionary<string, string> Environment => _environment;

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Puts a clip into the corpus under the name given, or its own.</summary>
    public string Add(string clip, string? name = null)
    {
        var target = Path.Combine(Corpus, name ?? Path.GetFileName(clip));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(clip, target, overwrite: true);
        return target;
    }

    public AffectProcess Start(params IEnumerable<string> arguments) => AffectProcess.Start(_environment, Root, arguments);

    public async Task<CliResult> CallAsync(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        return await process.WaitAsync();
    }

    /// <summary>Runs <c>affect run</c> on a corpus, expects this exit code and an account that adds up.</summary>
    public async Task<RunFolder> RunAsync(string corpus, string output, int exitCode, params IEnumerable<string> options)
    {
        var result = await CallAsync(["run", corpus, "--out", PathOf(output), "--output", "json", .. options]);
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}, not {exitCode}\n{result}");
        var run = new RunFolder(JsonDocument.Parse(result.Output).RootElement, result);
        run.AssertAccount();
        return run;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
