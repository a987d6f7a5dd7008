using System.Buffers;
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

    public static byte[] Html(RunReport report) => Html(Json(report));

    /// <param name="reportJson">The bytes of <see cref="Json"/>.</param>
    /// <returns>The page, in UTF-8: with thousands of videos most of it is the JSON, which no text of its own is made of.</returns>
    public static byte[] Html(byte[] reportJson)
    {
        // One line ending, so the hash in the policy is that of the text the browser sees.
        var script = Encoding.UTF8.GetBytes(string.Concat(Scripts.Select(Asset)).ReplaceLineEndings("\n"));
        var hash = Convert.ToBase64String(SHA256.HashData(script));
        var template = Asset("report.html");
        var page = new ArrayBufferWriter<byte>(template.Length + script.Length + reportJson.Length + 32_768);
        var at = 0;
        foreach (var (mark, text) in new[]
        {
            ("{{script-hash}}", Encoding.UTF8.GetBytes($"'sha256-{hash}'")),
            ("{{style}}", Encoding.UTF8.GetBytes(Asset("report.css"))),
            ("{{data}}", reportJson),
            ("{{script}}", script),
        })
        {
            var found = template.IndexOf(mark, at, StringComparison.Ordinal);
            if (found < 0)
            {
                throw new InvalidOperationException($"The report template has no {mark} after character {at}.");
            }

            Encoding.UTF8.GetBytes(template.AsSpan(at, found - at), page);
            page.Write(text);
            at = found + mark.Length;
        }

        Encoding.UTF8.GetBytes(template.AsSpan(at), page);
        return page.WrittenSpan.ToArray();
    }

    private static string Asset(string name)
    {
        using var stream = typeof(ReportWriter).Assembly.GetManifestResourceStream("Affect.Coordinator.Reports." + name)
            ?? throw new InvalidOperationException($"The resource {name} is not in the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
