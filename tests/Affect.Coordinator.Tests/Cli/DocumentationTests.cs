using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Affect.Coordinator.Cli;
using Affect.Coordinator.Cli.Commands;
using Affect.Coordinator.Doctor;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>docs/cli.md says what the code does.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "cli.md"));

    [Fact]
    public void ExitCodes_AreThoseOfThePage()
    {
        var code = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => ((int)f.GetRawConstantValue()!, f.Name)).Order().ToList();
        var page = ExitCodeRow().Matches(Page).Select(m => (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value)).Order().ToList();
        Assert.Equal(code, page);
        Assert.Equal(code.Count, code.Select(c => c.Item1).Distinct().Count());
    }

    [Fact]
    public void EveryCommandAndOption_IsOnThePage_AndNoOther()
    {
        var commands = ForPeople().SelectMany(c => c.Subcommands.Count == 0 ? [(Name: c.Name, Command: c)] : c.Subcommands.Select(s => (Name: $"{c.Name} {s.Name}", Command: s))).ToList();
        Assert.All(commands, c => Assert.Contains($"affect {c.Name}", Page, StringComparison.Ordinal));
        var options = commands.SelectMany(c => c.Command.Options).Where(o => !o.Hidden).Select(o => o.Name).Where(n => n is not "--help" and not "--version").Distinct().Order().ToList();
        var named = OptionName().Matches(Page).Select(m => m.Value).Distinct().Order().ToList();
        Assert.Equal(options, named);
        Assert.True(options.Count > 15);
    }

    [Fact]
    public void EveryCommand_CanPrintJson() => Assert.All(
        ForPeople().SelectMany(c => c.Subcommands.Count == 0 ? [c] : c.Subcommands),
        c => Assert.Contains(c.Options, o => o.Name == "--output"));

    [Theory]
    [InlineData(typeof(RunSummary))]
    [InlineData(typeof(PlanOutput))]
    [InlineData(typeof(PlanTotals))]
    [InlineData(typeof(PlanVideo))]
    [InlineData(typeof(Affect.Engine.Estimating.RunEstimate))]
    [InlineData(typeof(Affect.Engine.Estimating.SampledVideo))]
    [InlineData(typeof(RunLine))]
    [InlineData(typeof(ReportOutput))]
    [InlineData(typeof(VerifyOutput))]
    [InlineData(typeof(Affect.Engine.Verification.VerifyResult))]
    [InlineData(typeof(Affect.Engine.Verification.Finding))]
    [InlineData(typeof(EvaluateOutput))]
    [InlineData(typeof(VideoScores))]
    [InlineData(typeof(ModelCard))]
    [InlineData(typeof(ModelCheck))]
    [InlineData(typeof(DoctorReport))]
    [InlineData(typeof(DoctorCheck))]
    public void EveryJsonField_IsOnThePage(Type type)
    {
        JsonTypeInfo? info = CliJson.Default.GetTypeInfo(type) ?? SummaryJson.Default.GetTypeInfo(type);
        Assert.NotNull(info);
        Assert.NotEmpty(info.Properties);
        Assert.All(info.Properties, p => Assert.Contains($"`{p.Name}`", Page, StringComparison.Ordinal));
    }

    private static IEnumerable<Command> ForPeople() => AffectCommand.Build().Subcommands.Where(c => !c.Hidden);

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Affect.Distributed.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("There is no repository above the tests.");
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex OptionName();
}
