using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Reports;
using Affect.Coordinator.Tests.Reports;
using Microsoft.Playwright;

namespace Affect.EndToEnd.Tests.Reports;

/// <summary>
/// The report page in a real Chromium (Debian's), opened as a file. Set AFFECT_SCREENSHOTS to a folder to keep the pages and pictures of them.
/// </summary>
public sealed class ReportPageTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
    private static readonly Lazy<RunReport> Full = new(() => RunReportBuilder.Build(FakeRun.Make(withTruth: true)));
    private static readonly Lazy<RunReport> Small = new(() => RunReportBuilder.Build(FakeRun.Make(framesPerVideo: 120)));
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];

    [Fact]
    public async Task Page_ShowsTheFiguresOfTheJson_WithoutErrorsOrRequests()
    {
        var report = Full.Value;
        var page = await Open(report);
        var a = report.Accounting;
        var overview = await page.Locator("#overview").InnerTextAsync();
        foreach (var figure in new[] { a.FramesIn, a.FramesWithFace, a.FramesWithoutFace, a.FramesSkipped, a.FramesFailed, a.Faces })
        {
            Assert.Contains(Text(figure), overview, StringComparison.Ordinal);
        }

        Assert.Contains("frames are accounted for", overview, StringComparison.Ordinal);
        Assert.Equal("Complete, with failures", await page.Locator("#run-state").InnerTextAsync());
        await Pictures(page, "full");
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        var classes = await page.Locator("#affect .card:has(h3:text-is('Expressions')) details table tbody tr").AllInnerTextsAsync();
        Assert.Equal(
            report.Expressions.Classes.Select(c => $"{c.Name}\t{Text(c.Winners)}\t{Percent(c.Share.Value)}\t{Fixed(c.MeanProbability.Value, 3)}\t{Text(c.Support)}"), classes);
        var units = await page.Locator("#units .card:has(h3:text-is('Base rates')) details table tbody tr").AllInnerTextsAsync();
        Assert.Equal(
            report.ActionUnits.Units.Select(u => $"{u.Name}\t{Fixed(u.Threshold, 2)}\t{Text(u.Active)}\t{Percent(u.BaseRate.Value)}\t{Fixed(u.MeanProbability.Value, 3)}\t{Text(u.Support)}"), units);
        var sizes = await page.Locator("#faces .card:has(h3:text-is('Face size')) details table tbody td.n").AllInnerTextsAsync();
        Assert.Equal([Text(report.Faces.Size.Below), .. report.Faces.Size.Counts.Select(Text), Text(report.Faces.Size.Above)], sizes);
        var evaluation = await page.Locator("#evaluation").InnerTextAsync();
        Assert.Contains(Fixed(report.Evaluation!.Affect!.Score.Score.Value, 3), evaluation, StringComparison.Ordinal);
        Assert.Contains(Fixed(report.Evaluation.Expressions!.MacroF1.Score.Value, 3), evaluation, StringComparison.Ordinal);
        Assert.Contains("no face found", evaluation, StringComparison.Ordinal);
        Assert.Contains(report.Notices[0], await page.Locator("header").InnerTextAsync(), StringComparison.Ordinal);
        var cells = await page.Locator("#affect svg g[shape-rendering] rect").CountAsync();
        Assert.Equal(report.Affect.Density.Count(c => c > 0), cells);
        Quiet();
    }

    [Fact]
    public async Task HostileNames_AreShownAsText()
    {
        var page = await Open(Small.Value);
        Assert.Equal("Affect report: /data/interviews-2026", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("img").CountAsync());
        await page.Locator("#video-filter").FillAsync("hacked");
        Assert.Equal([FakeRun.Name(3)], await page.Locator("#videos-table td.name button").AllInnerTextsAsync());
        await page.Locator("#videos-table td.name button").ClickAsync();
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Contains("<script>alert(2)</script>", await page.Locator("#failures").InnerTextAsync(), StringComparison.Ordinal);
        Quiet();
    }

    [Fact]
    public async Task Table_SortsFiltersAndOpens_ByKeyboardToo()
    {
        var report = Small.Value;
        var page = await Open(report);
        var names = page.Locator("#videos-table td.name button");
        await page.GetByRole(AriaRole.Button, new() { Name = "Frames", Exact = true }).ClickAsync();
        Assert.Equal(report.Videos.Max(v => v.FramesIn), long.Parse(await page.Locator("#videos-table tbody tr").First.Locator("td").Nth(5).InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        Assert.Equal("descending", await page.Locator("#videos-table th[aria-sort]").Nth(3).GetAttributeAsync("aria-sort"));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("ascending", await page.Locator("#videos-table th[aria-sort]").Nth(3).GetAttributeAsync("aria-sort"));

        // Videos without valence come last, whichever way.
        var valence = page.GetByRole(AriaRole.Button, new() { Name = "Valence", Exact = true });
        foreach (var _ in new[] { 1, 2 })
        {
            await valence.ClickAsync();
            Assert.Equal("–", await page.Locator("#videos-table tbody tr").Last.Locator("td").Nth(10).InnerTextAsync());
        }

        await page.Locator("#video-status").SelectOptionAsync("failed");
        Assert.Equal(report.Accounting.VideosFailed, await names.CountAsync());
        await page.Locator("#video-status").SelectOptionAsync("");
        await page.Locator("#video-filter").FillAsync("SEASON hevc");
        Assert.Equal(report.Videos.Count(v => v.Id.Contains("season", StringComparison.Ordinal) && v.Codec == "hevc"), await names.CountAsync());
        await names.First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(1, await page.Locator("tr.more svg").CountAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(0, await page.Locator("tr.more").CountAsync());
        await page.Locator("#video-filter").FillAsync("no such video");
        Assert.Contains("No video fits", await page.Locator("#videos-table").InnerTextAsync(), StringComparison.Ordinal);
        Quiet();
    }

    [Fact]
    public async Task Command_IsCopied()
    {
        var report = Small.Value;
        var page = await Open(report, new() { Permissions = ["clipboard-read", "clipboard-write"] });
        var button = page.Locator("#failures .command button").First;
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveTextAsync("Copied");
        Assert.Equal(report.Failures[0].Command, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Quiet();
    }

    [Fact]
    public async Task DarkMode_FollowsTheSystem_AndTheButtonOverridesIt()
    {
        var page = await Open(Full.Value, new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));
        var dark = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await Pictures(page, "dark");
        await page.Locator("#theme").ClickAsync();
        Assert.NotEqual(dark, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("light", await page.Locator("html").GetAttributeAsync("data-theme"));
        Quiet();
    }

    [Theory]
    [InlineData("empty", 0, false, false)]
    [InlineData("one-without-faces", 1, true, false)]
    [InlineData("all-failed", 3, false, true)]
    [InlineData("one", 1, false, false)]
    public async Task SmallRuns_HaveEverySection_AndNothingSpillsOver(string name, int videos, bool withoutFaces, bool allFailed)
    {
        var page = await Open(RunReportBuilder.Build(FakeRun.Make(videos, withoutFaces: withoutFaces, allFailed: allFailed)));
        Assert.Equal(7, await page.Locator("main > section").CountAsync());
        Assert.DoesNotContain("NaN", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("undefined", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await Pictures(page, name);
        await page.SetViewportSizeAsync(390, 844);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than a phone");
        await Pictures(page, name + "-phone");
        Quiet();
    }

    [Fact]
    public async Task Desktop_ShowsTheWholeTable_AndFoldsLongLists()
    {
        var small = Small.Value;
        var figures = Enumerable.Range(0, 300).Select(i => new ReportSetting($"figure {i}", i % 50 == 0 ? "0.5 (95 %: 0.4 to 0.6)" : "0.5")).ToArray();
        var report = small with { Run = small.Run with { Models = [.. small.Run.Models.Select(m => m with { Quality = figures })] } };
        var page = await Open(report, new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        Assert.Equal(0, await page.EvaluateAsync<int>("(() => { const s = document.querySelector('#videos .scroll'); return s.scrollWidth - s.clientWidth; })()"));
        var card = page.Locator("#provenance .card:has(details)").First;
        Assert.Equal(figures.Count(f => f.Value.Contains("95 %", StringComparison.Ordinal)), await card.Locator("div.chart > table tr:has-text('figure')").CountAsync());
        Assert.Equal(300, await card.Locator("details tr").CountAsync());
        Assert.False(await card.Locator("details tr").First.IsVisibleAsync());
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('.chart > svg text')].filter(t => t.textContent.startsWith('median'))
              .filter(t => t.getBoundingClientRect().right > t.ownerSVGElement.getBoundingClientRect().right + 2).map(t => t.textContent)
            """));
        await Pictures(page, "desktop");
        Quiet();
    }

    [Fact]
    public async Task Phone_AndPrint_FitTheirWidth()
    {
        var page = await Open(Full.Value, new() { ViewportSize = new() { Width = 390, Height = 844 } });
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than a phone");
        await Pictures(page, "phone");
        var pdf = await page.PdfAsync(new() { Format = "A4" });
        Assert.True(pdf.Length > 20_000);
        if (Environment.GetEnvironmentVariable("AFFECT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "print.pdf"), pdf, CancellationToken.None);
        }

        Quiet();
    }

    [Fact]
    public async Task FiveThousandVideos_StayQuick()
    {
        var report = RunReportBuilder.Build(FakeRun.Make(12, framesPerVideo: 300));
        var labelled = report.Videos.Where(v => v.Series is not null).ToArray();
        var many = report with { Videos = [.. Enumerable.Range(0, 5000).Select(i => labelled[i % labelled.Length] with { Id = $"video {i}.mp4", Faces = i })] };
        var page = await Open(many);
        var size = new FileInfo(new Uri(page.Url).LocalPath).Length;
        Assert.True(size < 16_000_000, $"{size} bytes");
        await page.GetByRole(AriaRole.Button, new() { Name = "Faces", Exact = true }).ClickAsync();
        Assert.Equal("video 4999.mp4", await page.Locator("#videos-table td.name button").First.InnerTextAsync());

        // What keeps it quick: a page of rows in the document, whatever the number of videos. Measured in the page, the best of five sorts.
        Assert.Equal(50, await page.Locator("#videos-table tbody tr").CountAsync());
        var milliseconds = await page.EvaluateAsync<double>("""
            () => Math.min(...Array.from({ length: 5 }, () => {
              const start = performance.now();
              document.querySelectorAll('#videos-table th button')[0].click();
              return performance.now() - start;
            }))
            """);
        Assert.True(milliseconds < 1000, $"sorting 5,000 names took {milliseconds} ms");
        await page.Locator("#video-filter").FillAsync("4321");
        Assert.Equal(1, await page.Locator("#videos-table td.name button").CountAsync());
        Quiet();
    }

    private async Task<IPage> Open(RunReport report, BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.ViewportSize ??= new() { Width = 1320, Height = 900 };
        var context = await chromium.Browser.NewContextAsync(options);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => _complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _complaints.Add(error);
        page.Dialog += (_, dialog) => _complaints.Add("dialog: " + dialog.Message);
        page.Request += (_, request) => _requests.Add(request.Url);
        var file = Path.Combine(chromium.Folder, Guid.NewGuid().ToString("N") + ".html");
        await using (var stream = File.Create(file))
        {
            await ReportWriter.WriteHtmlAsync(report, stream, CancellationToken.None);
        }

        if (Environment.GetEnvironmentVariable("AFFECT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            File.Copy(file, Path.Combine(folder, report.Videos.Count + "-videos.html"), overwrite: true);
        }

        // A machine that runs every test at once is slow, not broken.
        page.SetDefaultTimeout(180_000);
        await page.GotoAsync("file://" + file);
        return page;
    }

    /// <summary>No word in the console, no error, and the one request is the file itself.</summary>
    private void Quiet()
    {
        Assert.Empty(_complaints);
        Assert.All(_requests, url => Assert.True(url.StartsWith("file://", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));
        Assert.Single(_requests, url => url.StartsWith("file://", StringComparison.Ordinal));
    }

    private static async Task Pictures(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("AFFECT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    private static string Text(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Fixed(double? value, int digits) => value is { } v ? v.ToString("F" + digits, CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    private static string Percent(double? value) => value switch
    {
        null => "–",
        0 => "0\u00a0%",
        > 0 and < 0.001 => "<0.1\u00a0%",
        { } v => (100 * v).ToString("F1", CultureInfo.InvariantCulture) + "\u00a0%",
    };
}
