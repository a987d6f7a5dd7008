using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Affect.Coordinator.Reports;

/// <summary>
/// Writes <c>report.json</c> and <c>report.html</c>. The page is one file that needs no network: style, script and the JSON itself are inside, and its
/// content security policy allows nothing else. The JSON is written with &lt;, &gt; and &amp; escaped, and the script builds text nodes only, so no
/// text of a run can become markup.
/// </summary>
public static class ReportWriter
{
    private static readonly string[] Scripts = ["dom.js", "charts.js", "heatmaps.js", "sections.js", "evaluation.js", "videos.js", "report.js"];

    public static byte[] Json(RunReport report) => JsonSerializer.SerializeToUtf8Bytes(report, ReportJsonContext.Default.RunReport);

    /// <summary>The bytes of <see cref="Json"/>, as they come: with tens of thousands of videos they are a hundred megabytes.</summary>
    public static Task WriteJsonAsync(RunReport report, Stream json, CancellationToken cancellationToken) =>
        JsonSerializer.SerializeAsync(json, report, ReportJsonContext.Default.RunReport, cancellationToken);

    /// <summary>The page, in UTF-8.</summary>
    public static async Task WriteHtmlAsync(RunReport report, Stream page, CancellationToken cancellationToken)
    {
        // One line ending, so the hash in the policy is that of the text the browser sees.
        var script = string.Concat(Scripts.Select(Asset)).ReplaceLineEndings("\n");
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Task WriteAsync(string text) => page.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();
        var template = Asset("report.html");
        var at = 0;
        foreach (var (mark, write) in new (string, Func<Task>)[]
        {
            ("{{script-hash}}", () => WriteAsync($"'sha256-{hash}'")),
            ("{{style}}", () => WriteAsync(Asset("report.css"))),
            ("{{data}}", () => WriteJsonAsync(report, page, cancellationToken)),
            ("{{script}}", () => WriteAsync(script)),
        })
        {
            var found = template.IndexOf(mark, at, StringComparison.Ordinal);
            if (found < 0)
            {
                throw new InvalidOperationException($"The report template has no {mark} after character {at}.");
            }

            await WriteAsync(template[at..found]).ConfigureAwait(false);
            await write().ConfigureAwait(false);
            at = found + mark.Length;
        }

        await WriteAsync(template[at..]).ConfigureAwait(false);
    }

    private static string Asset(string name)
    {
        using var stream = typeof(ReportWriter).Assembly.GetManifestResourceStream("Affect.Coordinator.Reports." + name)
            ?? throw new InvalidOperationException($"The resource {name} is not in the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
