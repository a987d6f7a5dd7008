using System.Text.Json;
using System.Text.Json.Nodes;
using Affect.Core.Jobs;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Engine.Serving;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>A job's run after its end, with the checks that hold whatever happened on the way.</summary>
internal sealed class FleetRun(string location, JobStatus status, CliResult watched)
{
    private readonly RunFolder _folder = new(Summary(location), watched);

    public JobStatus Status => status;

    public string Location => location;

    public LabelTable Labels() => _folder.Labels();

    public List<FailureText> Failures() => _folder.Failures();

    /// <summary>Every frame accounted for; each chunk of the plan with one marker and the one file that it names; nothing half written.</summary>
    public void AssertSound()
    {
        Assert.Equal(JobPhase.Done, status.Job.Phase);
        _folder.AssertAccount();
        _folder.AssertOnlyWinners();
        RunFolder.AssertNoHalfFiles(location);
        var plan = File.ReadAllLines(Path.Combine(location, "plan.jsonl")).Length;
        var given = Failures().Count(f => f.Chunk is not null);
        Assert.Equal(plan, _folder.Done().Select(d => d.Chunk).Distinct().Count() + given);
        Assert.Equal(_folder.Done().Count + given, plan);
        Assert.Equal(_folder.Number("framesIn"), status.Job.Outcome!.Counts.Frames);
    }

    /// <summary>What <c>affect run</c> would have printed, from the report.</summary>
    private static JsonElement Summary(string location)
    {
        var report = JsonNode.Parse(File.ReadAllBytes(Path.Combine(location, "report.json")))!;
        var summary = (JsonObject)report["accounting"]!.DeepClone();
        summary["runId"] = Path.GetFileName(location);
        summary["location"] = location;
        return JsonSerializer.SerializeToElement(summary);
    }
}
