using Affect.EndToEnd.Tests.Reports;
using Microsoft.Playwright;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>
/// The server's page in a real Chromium, with all that it asked for and complained of. Set AFFECT_SCREENSHOTS to a folder to keep pictures.
/// </summary>
internal sealed class ServedPage : IAsyncDisposable
{
    /// <summary>What Chromium itself says of an answer above 399 or of none; tests that bring one about expect it.</summary>
    private const string Refused = "error: Failed to load resource";

    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];
    private readonly IBrowserContext _context;
    private readonly string _url;

    private ServedPage(IBrowserContext context, IPage page, string url) => (_context, Page, _url) = (context, page, url);

    public IPage Page { get; }

    public static async Task<ServedPage> OpenAsync(ChromiumFixture chromium, ServerProcess server, string path = "/", ColorScheme scheme = ColorScheme.Light)
    {
        var context = await chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1280, Height = 900 }, ColorScheme = scheme, Permissions = ["clipboard-read", "clipboard-write"],
        });
        var served = new ServedPage(context, await context.NewPageAsync(), server.Url);
        context.Request += (_, request) => served._requests.Add(request.Url);
        context.Console += (_, message) => served._complaints.Add($"{message.Type}: {message.Text}");
        context.WebError += (_, error) => served._complaints.Add(error.Error);
        context.Dialog += (_, dialog) => served._complaints.Add("dialog: " + dialog.Message);
        // A machine that runs every test at once is slow, not broken.
        context.SetDefaultTimeout(180_000);
        Assertions.SetDefaultExpectTimeout(180_000);
        await served.Page.GotoAsync(server.Url + path);
        return served;
    }

    public ILocator At(string selector) => Page.Locator(selector);

    public ILocatorAssertions Expect(string selector) => Assertions.Expect(Page.Locator(selector));

    /// <summary>Presses Tab until what has the focus has this text (or id); each stop on the way must show that it has it.</summary>
    public async Task TabToAsync(string wanted)
    {
        for (var stops = 0; stops < 60; stops++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var focused = await FocusedAsync();
            Assert.True(
                focused == string.Empty || await Page.EvaluateAsync<bool>(
                    "() => { const a = document.activeElement; return [a, getComputedStyle(a, '::after')].some(e => (e instanceof Element ? getComputedStyle(e) : e).outlineStyle !== 'none'); }"),
                $"'{focused}' does not show its focus");
            if (focused == wanted)
            {
                return;
            }
        }

        Assert.Fail($"Tab does not lead to '{wanted}'");
    }

    /// <summary>Id of what has the focus, else its text; empty for none.</summary>
    public Task<string> FocusedAsync() =>
        Page.EvaluateAsync<string>("() => { const a = document.activeElement; return a === document.body ? '' : a.id || a.textContent.trim(); }");

    public async Task AssertFitsAsync(int width)
    {
        await Page.SetViewportSizeAsync(width, 850);
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{Page.Url} is wider than {width} pixels");
    }

    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("AFFECT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"served-{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        }
    }

    /// <summary>No word in the console, no error, no request to another host.</summary>
    public void AssertQuiet(bool hadRefusals = false)
    {
        Assert.DoesNotContain(_complaints, complaint => !hadRefusals || !complaint.StartsWith(Refused, StringComparison.Ordinal));
        Assert.All(_requests, url => Assert.True(url.StartsWith(_url + "/", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));
        Assert.NotEmpty(_requests);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
