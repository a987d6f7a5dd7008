using System.Text.Json;
using Affect.Core.Runs;
using Affect.Storage.Parquet;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>A line of failures.jsonl.</summary>
internal sealed record FailureText(string Video, string? Chunk, int Attempts, string Reason, string Message, string? Command);

/// <summary>What a finished call printed, and what lies in its run's folder.</summary>
internal sealed class RunFolder(JsonElement summary, CliResult call)
{
    public CliResult Call { get; } = call;

    public string Id => summary.GetProperty("runId").GetString()!;

    public string Location => summary.GetProperty("location").GetString()!;

    public int Number(string name) => summary.GetProperty(name).GetInt32();

    public string? ReusedRun => summary.GetProperty("reusedRun").GetString();

    public LabelTable Labels() => LabelTable.Read(Path.Combine(Location, "labels"));

    public JsonElement Report() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Location, "report.json"))).RootElement;

    public List<FailureText> Failures() => [.. File.ReadAllLines(Path.Combine(Location, "failures.jsonl")).Select(l =>
        JsonSerializer.Deserialize<FailureText>(l, JsonSerializerOptions.Web)!)];

    public List<DoneRecord> Done() => DoneIn(Location);

    public static List<DoneRecord> DoneIn(string run) => Directory.Exists(Path.Combine(run, "done"))
        ? [.. Directory.EnumerateFiles(Path.Combine(run, "done")).Order(StringComparer.Ordinal).Select(f => DoneRecord.Parse(File.ReadAllBytes(f)))]
        : [];

    /// <summary>Names of the chunk files, and of those the markers name.</summary>
    public void AssertOnlyWinners() => Assert.Equal(
        Done().Select(d => d.ObjectName).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(Location, "chunks")).Select(f => $"chunks/{Path.GetFileName(f)}").Order(StringComparer.Ordinal));

    /// <summary>Frames in = with face + without + skipped + failed, in the summary, in the report, for each video, and in the rows.</summary>
    public void AssertAccount()
    {
        string[] parts = ["framesWithFace", "framesWithoutFace", "framesSkipped", "framesFailed"];
        long Sum(JsonElement of) => parts.Sum(p => of.GetProperty(p).GetInt64());
        Assert.Equal(summary.GetProperty("framesIn").GetInt64(), Sum(summary));
        if (!Directory.Exists(Location))
        {
            return;
        }

        var report = Report();
        var account = report.GetProperty("accounting");
        Assert.True(account.GetProperty("balanced").GetBoolean());
        Assert.Equal(summary.GetProperty("framesIn").GetInt64(), account.GetProperty("framesIn").GetInt64());
        var labels = Labels();
        foreach (var video in report.GetProperty("videos").EnumerateArray())
        {
            var id = video.GetProperty("id").GetString()!;
            Assert.Equal(video.GetProperty("framesIn").GetInt64(), Sum(video));
            var rows = labels.Of(id);
            Assert.Equal(
                video.GetProperty("framesIn").GetInt64() - video.GetProperty("framesSkipped").GetInt64(), rows.Select(r => r.Frame).Distinct().LongCount());
            Assert.Equal(video.GetProperty("framesFailed").GetInt64(), rows.LongCount(r => r.Status == Core.Labels.FrameStatus.Failed));
            Assert.Equal(video.GetProperty("faces").GetInt64(), rows.LongCount(r => r.Face >= 0));
        }
    }

    /// <summary>Everything that bears a final name is whole, at any moment.</summary>
    public static void AssertNoHalfFiles(string output)
    {
        if (!Directory.Exists(output))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/.affect-tmp/", StringComparison.Ordinal)))
        {
            switch (Path.GetExtension(file))
            {
                case ".parquet":
                    Assert.NotEmpty(LabelParquet.Read(file, TestContext.Current.CancellationToken).ToList());
                    break;
                case ".json":
                    JsonDocument.Parse(File.ReadAllBytes(file)).Dispose();
                    break;
                case ".jsonl":
                    var text = File.ReadAllText(file);
                    Assert.True(text.Length == 0 || text[^1] == '\n', file);
                    Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line).Dispose());
                    break;
                case ".html":
                    Assert.EndsWith("</html>", File.ReadAllText(file).TrimEnd(), StringComparison.OrdinalIgnoreCase);
                    break;
                default:
                    Assert.Equal(".idx", Path.GetExtension(file));
                    break;
            }
        }
    }
}
