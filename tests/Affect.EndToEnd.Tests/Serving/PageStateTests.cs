using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Reports;
using Microsoft.Playwright;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>The page with a token, with workers that leave and get lost, and without its server.</summary>
public sealed class PageStateTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
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
        await server.AnnounceAsync("leaving", isDraining: true);
        await server.AnnounceAsync("silent", isDraining: false);
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
}
