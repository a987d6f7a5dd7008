using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affect.Core.Ledger;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Reports;
using Microsoft.Playwright;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>A run in the browser, whichever engine coordinates it: real videos from the form to the report, and a run that is told what to do by keyboard alone.</summary>
public abstract class RunPageTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
    /// <summary>Notes each state and share of the bar that the page ever shows.</summary>
    private const string Recorder = """
        () => { window.seen = new Set(); new MutationObserver(() => {
          const state = document.getElementById('state'), bar = document.querySelector('[role=progressbar]');
          if (state && bar) window.seen.add(`${state.textContent} ${bar.getAttribute('aria-valuenow')}`);
        }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true }); }
        """;

    [Fact]
    public async Task ARun_IsSubmittedWatchedAndReported()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 3), "interview.mp4");
        Damage(box.Add(Clips.Cut(4, 2), "damaged.mp4"));
        box.Add(Clips.Cut(4, 1), "stubborn.mp4");
        box.Add(Clips.Cut(10, 2), "waiting.mp4");
        var hold = TwistDecoder(box, failing: "stubborn.mp4", held: "waiting.mp4");
        File.WriteAllText(Path.Combine(box.Corpus, "notes.mp4"), "not a video");
        await using var engine = NewEngine(box);
        var server = await engine.ServeAsync(lanes: 3);
        await using var served = await ServedPage.OpenAsync(chromium, server);
        await served.Expect(".empty").ToContainTextAsync("Submit a folder of videos");
        await served.PictureAsync("empty");

        await served.At("nav >> text=New run").ClickAsync();
        await served.Page.GetByLabel("Corpus").FillAsync(box.Corpus);
        await served.Page.GetByLabel("Name").FillAsync("Pilot <b>interviews</b>");
        await served.At("summary").ClickAsync();
        await served.Page.GetByLabel("Frames a chunk").FillAsync("25");
        await served.PictureAsync("submit");
        await served.Page.EvaluateAsync(Recorder);
        await served.Page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        await served.Expect("h1").ToHaveTextAsync("Pilot <b>interviews</b>");
        await served.Expect("#state").ToHaveTextAsync("Running");
        await served.Expect("#lanes .lanes").ToBeVisibleAsync();
        await served.PictureAsync("running");

        // In mid-run, with two chunks in hand that do not get on: the figures are those of all the others.
        var live = new LiveFigures(server, new Uri(served.Page.Url).Fragment.Split('/')[^1]);
        var figures = await live.UntilAsync(s => s.Progress is { Pending: 0, Leased: 2 });
        var run = Assert.Single(Directory.GetDirectories(box.PathOf("out/runs")));
        var written = WrittenFigures.Of(run);
        WrittenFigures.AssertSame(written, figures);
        Assert.Single(figures.GetProperty("failures").EnumerateArray(), f => f.GetProperty("attempts").GetInt32() == LedgerOptions.Default.MaxAttempts);
        Assert.Equal(File.ReadLines(Path.Combine(run, "plan.jsonl")).Count() - 3, RunFolder.DoneIn(run).Count);
        await served.At("text=Pause").ClickAsync();
        await served.Expect("#state").ToHaveTextAsync("Paused");
        await served.Expect("#figures .lead").ToContainTextAsync("Of the chunks that are done now");
        await served.Expect("#frames-in b").ToHaveTextAsync(Int(written.GetProperty("accounting").GetProperty("framesIn")));
        await AssertFiguresAsync(served, written);
        await served.PictureAsync("held");
        await served.At("text=Resume").ClickAsync();
        await served.Expect("#state").ToHaveTextAsync("Running");
        File.Delete(hold);
        figures = await live.UntilAsync(s => s.Job.IsEnded);
        Assert.True(live.Steps >= 3, $"only {live.Steps} states of the figures were seen");
        await served.Expect("#state").ToHaveTextAsync("Done, with failures");

        await served.Expect(".callout.good").ToHaveCountAsync(0);

        // Live: not only the beginning and the end were seen.
        var seen = await served.Page.EvaluateAsync<string[]>("[...window.seen]");
        Assert.Contains(seen, s => s.StartsWith("Running", StringComparison.Ordinal) && int.TryParse(s.Split(' ')[1], out var share) && share is > 0 and < 100);

        await served.Expect("#figures .lead").ToContainTextAsync("These are the figures of the report");
        var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(run, "report.json"))).RootElement;
        AssertSameReport(report, figures);
        WrittenFigures.AssertSame(WrittenFigures.Of(run), report);
        await AssertFiguresAsync(served, report);
        await AssertFailuresAsync(served, report.GetProperty("failures"));
        await served.Expect("#log .log").ToContainTextAsync("failures");
        await served.PictureAsync("done");

        var popup = await served.Page.RunAndWaitForPopupAsync(() => served.At("text=Open the report").ClickAsync());
        await Assertions.Expect(popup.Locator("#run-state")).ToHaveTextAsync("Complete, with failures");
        Assert.Contains(Int(report.GetProperty("accounting").GetProperty("faces")), await popup.Locator("#overview").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("null", await popup.EvaluateAsync<string>("self.origin"));
        await popup.CloseAsync();

        await RetryAsync(served);
        foreach (var view in (IEnumerable<string>)["#/runs", "#/workers", "#/submit", new Uri(served.Page.Url).Fragment])
        {
            await served.Page.EvaluateAsync($"location.hash = '{view}'");
            await served.Expect(view == "#/submit" ? "form" : view == "#/workers" ? ".workers" : view == "#/runs" ? ".runs" : "#figures").ToBeVisibleAsync();
            foreach (var scheme in (IEnumerable<ColorScheme>)[ColorScheme.Light, ColorScheme.Dark])
            {
                await served.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await served.AssertFitsAsync(1280);
                await served.PictureAsync($"{view.Split('/')[^1]}-{scheme}");
                await served.AssertFitsAsync(400);
                await served.PictureAsync($"{view.Split('/')[^1]}-{scheme}-phone");
            }
        }

        served.AssertQuiet();
    }

    [Fact]
    public async Task ByKeyboardAlone_ARunIsSubmittedPausedCancelledAndResumed()
    {
        using var box = new Sandbox();
        await using var engine = NewEngine(box);
        var server = await engine.ServeAsync(lanes: 0);
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

    private protected abstract ServingEngine NewEngine(Sandbox box);

    /// <summary>Equal in everything but the time at which they were made.</summary>
    private static void AssertSameReport(JsonElement report, JsonElement figures)
    {
        var (expected, actual) = (JsonNode.Parse(report.GetRawText())!, JsonNode.Parse(figures.GetRawText())!);
        actual["run"]!["created"] = expected["run"]!["created"]!.GetValue<string>();
        Assert.True(JsonNode.DeepEquals(expected, actual), $"live: {actual}\nreport: {expected}");
    }

    private static async Task AssertFiguresAsync(ServedPage served, JsonElement report)
    {
        var a = report.GetProperty("accounting");
        Assert.Equal(Int(a.GetProperty("framesIn")), await served.At("#frames-in b").InnerTextAsync());
        Assert.Equal(Int(a.GetProperty("framesIn")), await served.At("#frames-done b").InnerTextAsync());
        Assert.Equal(Int(a.GetProperty("faces")), await served.At("#faces b").InnerTextAsync());
        Assert.Equal(
            ((string[])["framesWithFace", "framesWithoutFace", "framesSkipped", "framesFailed"]).Select(field => Int(a.GetProperty(field))),
            await served.At("#coverage tbody td:nth-child(2)").AllInnerTextsAsync());
        var affect = report.GetProperty("affect");
        Assert.Equal(
            ((string[])["valence", "arousal"]).SelectMany(name => ((string[])["mean", "deviation", "minimum", "maximum"]).Select(field => Fixed(affect.GetProperty(name).GetProperty(field)))),
            await served.At("#affect tbody td.n").AllInnerTextsAsync());
        Assert.Equal(
            report.GetProperty("expressions").GetProperty("classes").EnumerateArray().SelectMany(c => (string[])[c.GetProperty("name").GetString()!, Percent(c.GetProperty("share"))]),
            await served.At("#expressions dt, #expressions dd.num").AllInnerTextsAsync());
        Assert.Equal(
            report.GetProperty("actionUnits").GetProperty("units").EnumerateArray().SelectMany(u => (string[])[u.GetProperty("name").GetString()!, Percent(u.GetProperty("baseRate"))]),
            await served.At("#units dt, #units dd.num").AllInnerTextsAsync());
    }

    private static async Task AssertFailuresAsync(ServedPage served, JsonElement failures)
    {
        Assert.True(failures.GetArrayLength() >= 3, failures.GetRawText());
        Assert.Equal(failures.EnumerateArray().Select(f => f.GetProperty("video").GetString()), await served.At("#failures .failure .head b").AllInnerTextsAsync());
        Assert.Equal(failures.EnumerateArray().Select(f => f.GetProperty("command").GetString()), await served.At("#failures .command pre").AllInnerTextsAsync());
        await served.At("#failures .command button").Last.ClickAsync();
        await served.Expect("#failures .copied").ToHaveTextAsync("Copied");
        Assert.Equal(failures[failures.GetArrayLength() - 1].GetProperty("command").GetString(), await served.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await served.At("#failures summary").First.ClickAsync();
        await Assertions.Expect(served.At("#failures details pre").First).ToBeVisibleAsync();
    }

    /// <summary>What cannot be decoded is tried again, fails again, and the run ends again.</summary>
    private static async Task RetryAsync(ServedPage served)
    {
        await served.At("text=Retry …").ClickAsync();
        await served.Page.GetByLabel("Which").SelectOptionAsync("decode");
        await served.PictureAsync("retry");
        await served.At("dialog button[type=submit]").ClickAsync();
        await served.Expect(".callout.good").ToContainTextAsync("put back");
        await served.Expect("#state").ToHaveTextAsync("Running");
        await served.Expect("#state").ToHaveTextAsync("Done, with failures");
        await served.Expect("#figures .lead").ToContainTextAsync("These are the figures of the report");
    }

    /// <summary>A third of the bytes goes: some of its frames do not come out of the decoder.</summary>
    private static void Damage(string video)
    {
        var bytes = File.ReadAllBytes(video);
        bytes.AsSpan(bytes.Length / 3, bytes.Length / 3).Clear();
        File.WriteAllBytes(video, bytes);
    }

    /// <summary>An ffmpeg that cannot decode one video at all, whoever asks how often, and that waits with another one while a file is there; gives the file.</summary>
    private static string TwistDecoder(Sandbox box, string failing, string held)
    {
        var folder = box.Folder("tools");
        var hold = box.PathOf("hold");
        File.WriteAllText(hold, string.Empty);
        var twist = $"case \"$*\" in\n*{failing}*nut*) echo 'the decoder gave up' >&2; exit 1;;\n*{held}*nut*) while [ -e {hold} ]; do sleep 0.1; done;;\nesac\n";
        foreach (var (name, before) in (IEnumerable<(string, string)>)[("ffmpeg", twist), ("ffprobe", "")])
        {
            var script = Path.Combine(folder, name);
            File.WriteAllText(script, $"#!/bin/sh\n{before}exec /usr/bin/{name} \"$@\"\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        box.Environment["AFFECT_FFMPEG"] = Path.Combine(folder, "ffmpeg");
        return hold;
    }

    private static string Int(JsonElement n) => n.GetInt64().ToString("#,0", CultureInfo.InvariantCulture);

    private static string Fixed(JsonElement m) =>
        m.GetProperty("value") is { ValueKind: JsonValueKind.Number } v ? v.GetDouble().ToString("F2", CultureInfo.InvariantCulture).Replace("-0.00", "0.00", StringComparison.Ordinal).Replace('-', '−') : "–";

    private static string Percent(JsonElement m) => m.GetProperty("value") is not { ValueKind: JsonValueKind.Number } v ? "–" : (100 * v.GetDouble()) switch
    {
        0 => "0\u00a0%",
        100 => "100\u00a0%",
        < 0.1 => "<0.1\u00a0%",
        > 99.9 => ">99.9\u00a0%",
        var p => p.ToString("F1", CultureInfo.InvariantCulture) + "\u00a0%",
    };
}
