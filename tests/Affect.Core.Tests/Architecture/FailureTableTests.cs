using System.Text.RegularExpressions;

namespace Affect.Core.Tests.Architecture;

/// <summary>docs/failures.md: each row names the test that shows it, and the test is there.</summary>
public sealed partial class FailureTableTests
{
    [Fact]
    public void EveryRow_NamesATestThatExists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "failures.md")).Where(line => line.StartsWith('|')).Skip(2).ToList();
        Assert.True(rows.Count > 10, $"only {rows.Count} rows");
        Assert.All(rows, row =>
        {
            var named = TestName().Matches(row.TrimEnd(' ', '|').Split('|')[^1]);
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(
                sources[name.Groups["class"].Value].Any(text => text.Contains($" {name.Groups["method"].Value}(", StringComparison.Ordinal)), $"there is no test {name.Value}: {row}"));
        });
    }

    [GeneratedRegex("`(?<class>[A-Za-z]+Tests)\\.(?<method>[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
