using System.Text.RegularExpressions;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Images;

/// <summary>./affect tunes the runtime by variables; what starts the program without it, and what measures it, sets the same.</summary>
public sealed partial class RuntimeSettingsTests
{
    [Theory]
    [InlineData("deploy/docker/Dockerfile", 2)]
    [InlineData("deploy/slurm/affect-worker.sbatch", 1)]
    [InlineData("benchmarks/end_to_end.py", 1)]
    public void Everywhere_TheyAreThoseOfTheCommandLine(string file, int times)
    {
        var wanted = Settings("affect").Order(StringComparer.Ordinal).ToArray();
        Assert.True(wanted.Length >= 4);
        Assert.Equal(Enumerable.Repeat(wanted, times).SelectMany(s => s).Order(StringComparer.Ordinal), Settings(file).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Settings(string file) =>
        Setting().Matches(File.ReadAllText(Path.Combine(TestFolder.RepositoryRoot, file))).Select(m => $"{m.Groups["name"].Value}={m.Groups["value"].Value}");

    /// <summary>NAME=VALUE, NAME=${NAME:-VALUE} or "NAME": "VALUE".</summary>
    [GeneratedRegex("""(?<name>(?:DOTNET|MALLOC)_[A-Za-z0-9_]+)(?:=|": ")(?:\$\{\k<name>:-)?(?<value>[0-9A-Fa-f]+)""")]
    private static partial Regex Setting();
}
