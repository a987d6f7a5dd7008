using System.Diagnostics;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Images;

/// <summary>The images' build, without an engine: from the files that the Dockerfile copies and no others, by the command that it runs; what it then copies is there and starts.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task Publish_FromTheContextAlone_MakesWhatTheImagesStart()
    {
        using var folder = new TestFolder();
        var (context, output) = (folder.File("src"), folder.File("out"));
        foreach (var source in Dockerfile.Context())
        {
            Copy(Path.Combine(TestFolder.RepositoryRoot, source), Path.Combine(context, source));
        }

        var stages = Dockerfile.Read();
        Assert.Equal("deploy/docker/publish.sh /out", stages.Single(s => s.Name == "build").Own.Single().Text);
        Assert.Equal("deploy/docker/publish.sh /out gpu", stages.Single(s => s.Name == "build-gpu").Own.Single().Text);
        // Compiling ahead of time takes as long again and changes no file's name.
        var published = await RunAsync(context, new() { ["AFFECT_PUBLISH_AHEAD"] = "false" }, "deploy/docker/publish.sh", output);
        Assert.True(published.ExitCode == 0, published.Text);
        foreach (var stage in stages.Where(s => s.EntryPoint is not null))
        {
            var copies = stage.All.Where(i => i.Name == "COPY" && i.From!.StartsWith("build", StringComparison.Ordinal)).ToDictionary(i => i.Words[1], i => i.Words[0]);
            Assert.All(copies.Values, source => Assert.NotEmpty(Directory.EnumerateFileSystemEntries(output + source["/out".Length..])));
            Assert.Equal("dotnet", stage.EntryPoint![0]);
            var program = stage.EntryPoint[1];
            var (target, from) = copies.Single(pair => program.StartsWith(pair.Key + "/", StringComparison.Ordinal));
            var help = await RunAsync(folder.Path, new() { ["AFFECT_HOME"] = output }, "dotnet", output + from["/out".Length..] + program[target.Length..], "--help");
            Assert.True(help.ExitCode == 0, help.Text);
            Assert.Contains("--help", help.Text, StringComparison.Ordinal);
        }

        var models = await RunAsync(folder.Path, new() { ["AFFECT_HOME"] = output }, "dotnet", Path.Combine(output, "affect", "affect.dll"), "models", "check");
        Assert.True(models.ExitCode == 0, models.Text);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (File.Exists(from))
        {
            File.Copy(from, to);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(from).Where(e => Path.GetFileName(e) is not ("bin" or "obj" or "node_modules")))
        {
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
    }

    private static async Task<(int ExitCode, string Text)> RunAsync(string folder, Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("env", [program, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AFFECT_DEPS"] = Environment.GetEnvironmentVariable("AFFECT_DEPS") ?? Path.Combine(TestFolder.RepositoryRoot, ".deps");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
