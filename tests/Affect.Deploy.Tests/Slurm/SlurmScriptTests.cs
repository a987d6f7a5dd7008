using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affect.Deploy.Tests.Processes;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.Deploy.Tests.Slurm;

/// <summary>deploy/slurm/affect-worker.sbatch with a stand-in for srun, against a real server that labels nothing itself.</summary>
public sealed partial class SlurmScriptTests
{
    private static readonly string Script = Path.Combine(Installed.Root, "deploy", "slurm", "affect-worker.sbatch");

    /// <summary>The script ends well before Slurm would kill it.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(int.Parse(SignalDirective().Match(File.ReadAllText(Script)).Groups[1].Value, CultureInfo.InvariantCulture));

    [Fact]
    public void Grace_LeavesTimeToLeave()
    {
        var grace = int.Parse(GraceDefault().Match(File.ReadAllText(Script)).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(grace, 1, Notice.TotalSeconds - 15);
    }

    [Fact]
    public async Task Worker_JoinsAndLabels_DrainsOnTerm_AndTheNextGoesOn()
    {
        using var box = new Sandbox();
        for (var start = 2; start < 10; start += 2)
        {
            box.Add(Clips.Cut(start, 2));
        }

        var environment = await PrepareAsync(box);
        using var network = await NetworkNamespace.CreateAsync();
        using var server = network.Start(
            environment, "dotnet", Installed.Program, "serve", "--workers", "0", "--out", box.Folder("out"), "--root", box.Corpus, "--token-file", box.PathOf("token"));
        await Wait.ForAsync(async () => await network.IsOkAsync(8480, "/health/ready") || server.HasExited);
        var submitted = await CallAsync("submit", box.Corpus, "--output", "json");
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        var job = JsonDocument.Parse(submitted.Output).RootElement.GetProperty("job").GetProperty("id").GetString()!;

        using (var first = network.Start(environment, "bash", Script))
        {
            await Wait.ForAsync(() => Wait.Markers(box.PathOf("out")) > 0 || first.HasExited);
            Assert.Equal(0, await first.StopAsync(Notice));
            var (_, text, error) = await first.WaitAsync();
            Assert.True(text.Contains("job 17, task 3", StringComparison.Ordinal), text + error);
            Assert.Contains("draining for at most 40 s", text, StringComparison.Ordinal);
            Assert.Contains("left with exit code 0", text, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Folder("node")));
        Assert.InRange(Wait.Markers(box.PathOf("out")), 1, 3);
        var left = JsonDocument.Parse((await CallAsync("status", job, "--output", "json")).Output).RootElement;
        Assert.Equal("running", left.GetProperty("job").GetProperty("phase").GetString(), ignoreCase: true);

        using var second = network.Start(environment, "bash", Script);
        var watched = await CallAsync("watch", job);
        Assert.True(watched.ExitCode == 0, watched.ToString());
        Assert.Equal(0, await second.StopAsync(Notice));
        Assert.Equal(0, await server.StopAsync(Notice));

        async Task<(int ExitCode, string Output, string Error)> CallAsync(params string[] arguments)
        {
            using var call = network.Start(environment, "dotnet", [Installed.Program, .. arguments, "--token-file", box.PathOf("token")]);
            return await call.WaitAsync();
        }
    }

    [Theory]
    [InlineData("AFFECT_SERVER", "", 1, "AFFECT_SERVER")]
    [InlineData("AFFECT_TOKEN_FILE", "/nonexistent", 66, "cannot read")]
    [InlineData("AFFECT_TOKEN_FILE", "open", 77, "chmod 600")]
    public async Task Script_RefusesWhatIsMissing(string name, string value, int exitCode, string words)
    {
        using var box = new Sandbox();
        var environment = await PrepareAsync(box);
        await File.WriteAllTextAsync(box.PathOf("open"), "t");
        File.SetUnixFileMode(box.PathOf("open"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        environment[name] = value == "open" ? box.PathOf("open") : value;
        var result = await ShellCall.RunAsync(environment, Script);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.Folder("node")));
    }

    /// <summary>A node as a task finds it: srun first in PATH, Slurm's variables, a token, and an installation as ./affect leaves it.</summary>
    private static async Task<Dictionary<string, string>> PrepareAsync(Sandbox box)
    {
        await WriteAsync("bin/srun", "#!/usr/bin/env bash\nwhile [[ $1 == --* ]]; do shift; done\nexec \"$@\"\n", UnixFileMode.UserExecute);
        await WriteAsync("token", "of-this-test", UnixFileMode.None);
        box.Folder("installed/artifacts");
        Directory.CreateSymbolicLink(box.PathOf("installed/artifacts/affect"), Path.GetDirectoryName(Installed.Program)!);
        Directory.CreateSymbolicLink(box.PathOf("installed/models"), Installed.Models);
        return new(box.Environment)
        {
            ["PATH"] = $"{box.Folder("bin")}:{Environment.GetEnvironmentVariable("PATH")}", ["SLURM_TMPDIR"] = box.Folder("node"), ["SLURM_JOB_ID"] = "18",
            ["SLURM_ARRAY_JOB_ID"] = "17", ["SLURM_ARRAY_TASK_ID"] = "3", ["SLURM_CPUS_PER_TASK"] = "1", ["AFFECT_SERVER"] = "http://127.0.0.1:8480",
            ["AFFECT_TOKEN_FILE"] = box.PathOf("token"), ["AFFECT_INSTALL"] = box.PathOf("installed"),
        };

        async Task WriteAsync(string name, string text, UnixFileMode mode)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(box.PathOf(name))!);
            await File.WriteAllTextAsync(box.PathOf(name), text);
            File.SetUnixFileMode(box.PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        }
    }

    [GeneratedRegex("^#SBATCH --signal=B:TERM@([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex SignalDirective();

    [GeneratedRegex(@"^grace=\$\{AFFECT_GRACE:-([0-9]+)\}$", RegexOptions.Multiline)]
    private static partial Regex GraceDefault();
}
