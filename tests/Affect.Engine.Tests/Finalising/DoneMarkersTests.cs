using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Tests.Fixtures;
using Affect.Storage.Objects;

namespace Affect.Engine.Tests.Finalising;

public sealed class DoneMarkersTests
{
    private static readonly MadeVideo[] Videos = [new("a.mp4", 75, StoredRun.SomeFace), new("b.mp4", 45, StoredRun.SomeFace)];

    [Fact]
    public void WhatIsKept_IsWhatTheRecordsSay()
    {
        var random = new Random(11);
        string[] epochs = ["0123456789ab", "bcdefghjkmnp"];
        var records = Enumerable.Range(0, 200).Where(_ => random.Next(3) > 0).Select(i => Markers.Of(new ChunkId(i / 20, i % 20), 20 + i, i % 5, epochs[i % 2]) with
        {
            Worker = $"w{random.Next(3)}",
            Started = DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1000)),
            Finished = DateTimeOffset.UnixEpoch.AddSeconds(1000 + random.Next(1000)),
            StageSeconds = new() { ["fetch"] = 1, ["decode_wait"] = 2, ["detect"] = 4, ["label"] = 8 },
            Problem = i % 10 == 0 ? new ChunkFailure(FailureKind.Decode, $"problem {i}") : null,
        }).ToList();
        var markers = new DoneMarkers();
        records.ForEach(markers.Add);

        Assert.Equal(records.Select(r => new DoneMarker(r.Chunk, r.Attempt, r.Frames.Counts, r.Rows)), markers.All);
        Assert.Equal(records.Aggregate(default(FrameCounts), (sum, r) => sum + r.Frames.Counts), markers.Counts);
        Assert.Equal(new StageTimings(records.Count, 2 * records.Count, 4 * records.Count, 8 * records.Count, 0), markers.Timings);
        Assert.Equal(records.Where(r => r.Problem is not null).ToDictionary(r => r.Chunk, r => r.Problem!), markers.Problems);
        Assert.Equal(
            records.GroupBy(r => r.Attempt.Epoch).Select(g => new WorkingSpell(g.Select(r => r.Worker).Distinct().Count(), g.Min(r => r.Started), g.Max(r => r.Finished))),
            markers.Spells);
        var known = records.ToDictionary(r => r.Chunk);
        for (var i = -1; i <= 200; i++)
        {
            var chunk = new ChunkId(i / 20, i % 20);
            Assert.Equal(known.GetValueOrDefault(chunk)?.Attempt, markers.Find(chunk)?.Attempt);
        }

        Assert.Throws<ArgumentException>(() => markers.Add(records[^1]));
        Assert.Null(new DoneMarkers().Find(default));
    }

    [Theory]
    [InlineData("v000001-c00000", "v000001-c00009", "belongs to no chunk of the plan")]
    [InlineData("v000000-c00002", "v000000-c00001", "a file of another name holds the same marker")]
    [InlineData("chunks/v000001-c00000.", "chunks/v000000-c00000.", "is not the file of attempt")]
    [InlineData("\"series\"", "\"serious\"", "v000000-c00000.json: ")]
    public async Task AMarkerThatDoesNotFit_IsNamed(string from, string to, string message)
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        await foreach (var found in run.Objects.ListAsync(run.Store.Layout.DonePrefix, default))
        {
            var text = System.Text.Encoding.UTF8.GetString(await run.Objects.ReadAllAsync(found.Name, default));
            await run.Objects.PutAsync(found.Name, System.Text.Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), default);
        }

        var thrown = await Assert.ThrowsAsync<FormatException>(
            () => new RunInspector(run.Store, run.Run, run.Videos, run.Scratch, TimeProvider.System).ReadAsync(default));
        Assert.StartsWith(run.Store.Layout.DonePrefix, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }
}
