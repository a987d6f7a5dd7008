using System.Net.Http.Json;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Reports;
using Affect.Engine.Serving;
using Microsoft.Playwright;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>The page by keyboard alone, with a token, with workers that leave and get lost, and without its server.</summary>
public sealed class PageStateTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
    [Fact]
    public async Task ByKeyboardAlone_ARunIsSubmittedPausedCancelledAndResumed()
    {
        using var box = new Sandbox();
        using var server = await ServerProcess.StartAsync(box, workers: 0);
        await using var served = await ServedPage.OpenAsync(chromium, server);
        var keys = served.Page.Keyboard;
        await served.Expect(".empty").ToBeVisibleAsync();
        await served.TabToAsync("Skip to the content");
        await served.TabToAsync("New run");
        await keys.PressAsync("Enter");
        await served.Expect("h1").ToHaveTextAsync("New run");
        Assert.Equal("main", await served.FocusedAsync());
        await served.TabToAsync("corpus");
        await keys.PressAsync("Enter");
        await served.Expect("form .callout.bad").ToContainTextAsync("Corpus");
        Assert.Equal("corpus", await served.FocusedAsync());
        await keys.TypeAsync("/etc");
        await keys.PressAsync("Enter");
        await served.Expect("form .callout.bad").ToContainTextAsync("corpus roots");
        await keys.PressAsync("Shift+Tab");
        await served.At("#corpus").FocusAsync();
        await keys.PressAsync("ControlOrMeta+a");
        await keys.TypeAsync(box.Corpus);
        await served.TabToAsync("name");
        await keys.TypeAsync("<img src=x onerror=alert(1)>");
        await keys.PressAsync("Enter");
        await served.Expect("h1").ToHaveTextAsync("<img src=x onerror=alert(1)>");
        await served.Expect("#state").ToHaveTextAsync("Planning");
        await served.Expect(".callout").ToContainTextAsync("No worker is connected");

        await served.TabToAsync("Pause");
        await keys.PressAsync("Enter");
        await served.Expect("#state").ToHaveTextAsync("Paused");
        Assert.Equal("Resume", await served.FocusedAsync());
        await keys.PressAsync("Space");
        await served.Expect("#state").ToHaveTextAsync("Planning");
        await served.Expect("#announce").ToContainTextAsync("The run goes on");
        await served.TabToAsync("Cancel …");
        await keys.PressAsync("Enter");
        Assert.Equal("Keep it", await served.FocusedAsync());
        await served.PictureAsync("cancel");
        await keys.PressAsync("Escape");
        await served.Expect("dialog").ToHaveCountAsync(0);
        Assert.Equal("Cancel …", await served.FocusedAsync());
        await served.Expect("#state").ToHaveTextAsync("Planning");
        await keys.PressAsync("Enter");
        await served.TabToAsync("Cancel the run");
        await keys.PressAsync("Enter");
        await served.Expect("#state").ToHaveTextAsync("Cancelled");
        await Wait.ForAsync(async () => await served.FocusedAsync() == "Resume");
        await keys.PressAsync("Enter");
        await served.Expect("#state").ToHaveTextAsync("Planning");
        served.AssertQuiet(hadRefusals: true);
    }

    [Fact]
    public async Task WithAToken_ThePageAsksForIt_AndForgetsItWhenTold()
    {
        using var box = new Sandbox();
        box.Environment["AFFECT_TOKEN"] = "correct-horse";
        using var server = await ServerProcess.StartAsync(box, workers: 0);
        await using var served = await ServedPage.OpenAsync(chromium, server, "/#/workers", ColorScheme.Dark);
        await served.Expect("dialog h2").ToHaveTextAsync("This server asks for a token");
        await served.PictureAsync("token");
        await served.At("#token").FillAsync("wrong");
        await served.At("#token").PressAsync("Enter");
        await served.Expect("dialog").ToContainTextAsync("did not take that token");
        await served.At("#token").FillAsync("correct-horse");
        await served.At("#token").PressAsync("Enter");
        await served.Expect(".empty pre").ToContainTextAsync("affect worker --server");
        await served.Expect("dialog").ToHaveCountAsync(0);
        Assert.Equal(0, await served.Page.EvaluateAsync<int>("localStorage.length"));
        Assert.DoesNotContain("correct-horse", await served.Page.EvaluateAsync<string>("document.cookie + location.href"), StringComparison.Ordinal);

        await served.Page.ReloadAsync();
        await served.Expect(".empty pre").ToBeVisibleAsync();
        await served.At("#forget").ClickAsync();
        await served.Expect("dialog h2").ToBeVisibleAsync();
        Assert.Equal(0, await served.Page.EvaluateAsync<int>("sessionStorage.length"));
        served.AssertQuiet(hadRefusals: true);
    }

    [Fact]
    public async Task WorkersLeaveAndGetLost_AndAServerThatIsGone_ComesBack()
    {
        using var box = new Sandbox();
        using var server = await ServerProcess.StartAsync(box, workers: 0);
        await using var served = await ServedPage.OpenAsync(chromium, server, "/#/workers");
        await served.Expect(".empty").ToBeVisibleAsync();
        await AnnounceAsync(server, "leaving", isDraining: true);
        await AnnounceAsync(server, "silent", isDraining: false);
        await served.Expect(".workers > li:has(h2:text-is('leaving')) .pill").ToHaveTextAsync("Leaving");
        await served.Expect(".workers > li:has(h2:text-is('silent')) .pill").ToHaveTextAsync("Working");
        await served.Expect(".workers > li:has(h2:text-is('silent')) .lanes").ToContainTextAsync("10 of 20 frames");
        await served.PictureAsync("workers");
        await served.Expect(".workers > li:has(h2:text-is('silent')) .pill").ToHaveTextAsync("Lost");
        await served.PictureAsync("lost");

        server.Process.Kill();
        await served.Expect("#banner").ToContainTextAsync("The server does not answer");
        await served.Expect("#announce").ToContainTextAsync("does not answer");
        await served.Expect("#connection").ToHaveTextAsync("Not connected");
        Assert.Matches(@"from (just now|\d+ s ago)\.", await served.At("#banner").InnerTextAsync());
        await served.PictureAsync("gone");
        using var successor = await ServerProcess.StartAsync(box, workers: 0, server.Port);
        await served.Expect("#connection").ToHaveTextAsync("Connected");
        await served.Expect("#banner").ToBeHiddenAsync();
        await served.Expect(".empty").ToBeVisibleAsync();

        await served.Page.EvaluateAsync("location.hash = '#/runs/7q2k9m0x4c1d'");
        await served.Expect("h1").ToHaveTextAsync("No such run");
        served.AssertQuiet(hadRefusals: true);
    }

    private static async Task AnnounceAsync(ServerProcess server, string name, bool isDraining)
    {
        var worker = new WorkerAnnouncement
        {
            Name = name, Host = "h", Version = "0.1.0", Device = "cuda:0", Decoder = "cuda", Offers = ["codec:h264", "device:cuda"], IsDraining = isDraining,
            Lanes = [new LaneState("7q2k9m0x4c1d", "v000012-c00003", "a.mp4", 10, 20), new LaneState(null, null, null, 0, 0)],
        };
        using var answer = await server.Http.PostAsJsonAsync("api/v1/work/announce", worker, WireJson.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
