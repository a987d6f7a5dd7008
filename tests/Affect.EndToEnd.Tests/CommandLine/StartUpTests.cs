using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.CommandLine;

public sealed class StartUpTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Help_IsPrinted_AndItsTimeMeasured()
    {
        using var box = new Sandbox();
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var result = await box.CallAsync("--help");
            Assert.True(result.ExitCode == 0, $"{result}");
            Assert.Contains("run", result.Output, StringComparison.Ordinal);
            times.Add(result.Wall.TotalSeconds);
        }

        // Measured, not judged: how busy the machine is decides.
        output.WriteLine($"affect --help: {string.Join(", ", times.Select(t => $"{t:F2}"))} s");
    }
}
