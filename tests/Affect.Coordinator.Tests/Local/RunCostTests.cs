using Affect.Coordinator.Local;
using Affect.Coordinator.Reports;
using Affect.Coordinator.Tests.Reports;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.Engine.Finalising;
using Affect.Engine.Runs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Coordinator.Tests.Local;

public sealed class RunCostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("affect-test-").FullName;

    /// <summary>A report that is made again carries on what only the first one could know: if it is of the same labelling.</summary>
    [Theory]
    [InlineData(412.5, true)]
    [InlineData(500, false)]
    public async Task WhatOnlyTheFirstReportKnew_IsCarriedOn(double seconds, bool isSame)
    {
        var store = await StoreAsync(ReportWriter.Json(RunReportBuilder.Build(FakeRun.Make())));
        var cost = await RunCost.OfStoredAsync(store, Final(seconds), default);
        Assert.Equal(isSame ? (801.2, 512_000_000) : (null, null), (cost!.CpuSeconds, cost.PeakMemoryBytes));
        Assert.Equal((seconds, "2 cores, 24 GB, Debian 12"), (cost.WallSeconds, cost.Machine));
        Assert.Equal(["fetch", "decode (waiting)", "detect", "label"], cost.Stages.Select(stage => stage.Name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"throughput\":")]
    [InlineData("{\"videos\":5}")]
    public async Task WithoutAReportThatCanBeRead_TheMarkersAloneSpeak(string? report)
    {
        var store = await StoreAsync(report is null ? null : System.Text.Encoding.UTF8.GetBytes(report));
        var cost = await RunCost.OfStoredAsync(store, Final(5), default);
        Assert.Equal((5.0, null, "Machine not recorded"), (cost!.WallSeconds, cost.CpuSeconds, cost.Machine));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<RunStore> StoreAsync(byte[]? report)
    {
        var store = new RunStore(new LocalObjectStore(_folder), new RunLayout("r"));
        if (report is not null)
        {
            await store.Objects.PutAsync(store.Layout.ReportJson, report, default);
        }

        return store;
    }

    private static FinalResult Final(double seconds)
    {
        var done = new DoneMarkers();
        done.Add(new DoneRecord
        {
            Chunk = default, Attempt = new AttemptId(1, "0123456789ab"), ObjectName = "x", Rows = 0, Worker = "w",
            Started = DateTimeOffset.UnixEpoch, Finished = DateTimeOffset.UnixEpoch.AddSeconds(seconds), Frames = Core.Runs.FrameAccounting.Empty,
        });
        return new FinalResult(new RunStatistics(), done, new Dictionary<int, int>(), []);
    }
}
