using System.Net.Http.Json;
using Affect.Core.Jobs;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Reports;
using Affect.EndToEnd.Tests.Serving;
using Affect.Engine.Serving;

namespace Affect.Cluster.Tests.Serving;

/// <summary>The page of <c>affect serve --cluster</c>.</summary>
[Collection(ServedClusters.Name)]
public sealed class ClusterRunPageTests(ChromiumFixture chromium, MembershipDatabase database) : RunPageTests(chromium)
{
    private readonly ChromiumFixture _chromium = chromium;

    [Fact]
    public async Task AServerAndASiloThatAreGone_ComeBack()
    {
        using var box = new Sandbox();
        await using var engine = new ClusterServing(box, box.Corpus, database.ConnectionString);
        var server = await engine.ServeAsync(lanes: 0);
        await using var served = await ServedPage.OpenAsync(_chromium, server, "/#/workers");
        await served.Expect(".empty").ToBeVisibleAsync();
        await server.AnnounceAsync("silent", isDraining: false);
        await served.Expect(".workers > li .pill").ToHaveTextAsync("Working");

        // The workers are the cluster's: the server's successor knows them.
        server.Process.Kill();
        await served.Expect("#banner").ToContainTextAsync("The server does not answer");
        await engine.StartServerAsync(server.Port);
        await served.Expect("#connection").ToHaveTextAsync("Connected");
        await served.Expect("#banner").ToBeHiddenAsync();
        await served.Expect(".workers > li h2").ToHaveTextAsync("silent");

        // A run is watched while the only silo dies; the next one has the run from storage, and the workers when they announce themselves again.
        using var answer = await server.Http.PostAsJsonAsync("api/v1/runs", new JobRequest { Corpus = box.Corpus }, WireJson.Options);
        var job = (await answer.Content.ReadFromJsonAsync<JobStatus>(WireJson.Options))!.Job.Id;
        await served.Page.EvaluateAsync($"location.hash = '#/runs/{job}'");
        await served.Expect("#state").ToHaveTextAsync("Planning");
        await engine.KillSiloAsync();
        await served.Expect("#banner").ToContainTextAsync("no coordinator silo can be reached");
        await served.PictureAsync("cluster-gone");
        await engine.StartSiloAsync();
        await served.Expect("#connection").ToHaveTextAsync("Connected");
        await served.Expect("#banner").ToBeHiddenAsync();
        await served.At("text=Pause").ClickAsync();
        await served.Expect("#state").ToHaveTextAsync("Paused");
        await served.At("nav >> text=Workers").ClickAsync();
        await served.Expect(".empty").ToBeVisibleAsync();
        served.AssertQuiet(hadRefusals: true);
    }

    private protected override ServingEngine NewEngine(Sandbox box) => new ClusterServing(box, box.Corpus, database.ConnectionString);
}
