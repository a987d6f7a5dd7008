using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Engine.Serving;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>
/// A job's state and live figures as the API gives them, asked for again and again as one more watcher does: the figures must never lag behind the state that was told
/// before them, and nothing that they count may ever become less.
/// </summary>
internal sealed class LiveFigures(ServerProcess server, string job)
{
    private static readonly string[] Counted = ["framesIn", "framesWithFace", "framesWithoutFace", "framesSkipped", "framesFailed", "faces"];

    private long[] _counts = [];

    /// <summary>How many different states of the figures were seen.</summary>
    public int Steps { get; private set; }

    /// <summary>Watches until the job's state is as wanted; gives the figures that were asked for after it.</summary>
    public async Task<JsonElement> UntilAsync(Func<JobStatus, bool> isWanted)
    {
        JsonElement? figures = null;
        var isThere = false;
        await Wait.ForAsync(async () =>
        {
            var status = (await server.Http.GetFromJsonAsync<JobStatus>($"api/v1/runs/{job}", WireJson.Options))!;
            (isThere, figures) = (isWanted(status), await AskAsync(status));
            return isThere;
        });
        return figures ?? throw new InvalidOperationException("The job has no run yet.");
    }

    private async Task<JsonElement?> AskAsync(JobStatus status)
    {
        using var answer = await server.Http.GetAsync($"api/v1/runs/{job}/metrics");
        if (status.Job.Run is null && answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        var figures = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).RootElement;
        var accounting = figures.GetProperty("accounting");
        long[] counts =
        [
            .. Counted.Select(field => accounting.GetProperty(field).GetInt64()), figures.GetProperty("affect").GetProperty("n").GetInt64(), figures.GetProperty("failures").GetArrayLength(),
        ];
        Assert.True(_counts.Length == 0 || _counts.Zip(counts).All(c => c.First <= c.Second), $"{string.Join(' ', counts)} after {string.Join(' ', _counts)}");
        Assert.True(accounting.GetProperty("balanced").GetBoolean());
        if (status.Progress is { } told)
        {
            Assert.True(counts[0] >= told.Counts.Frames + told.GivenUpFrames, $"{counts[0]} frames in the figures; {told} was told before");
            Assert.True(counts[5] >= told.Counts.Faces, $"{counts[5]} faces in the figures; {told} was told before");
        }

        Steps += counts.SequenceEqual(_counts) ? 0 : 1;
        _counts = counts;
        return figures;
    }
}
