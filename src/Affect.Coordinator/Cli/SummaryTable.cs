using System.Globalization;

namespace Affect.Coordinator.Cli;

/// <summary>A plain text table for stdout: columns as wide as their widest cell, numbers to the right.</summary>
internal sealed class SummaryTable(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = headers.Select((h, i) => Math.Max(h.Length, _rows.Count == 0 ? 0 : _rows.Max(r => r[i].Length))).ToArray();
        var numeric = headers.Select((_, i) => _rows.Count > 0 && _rows.All(r => r[i].Length == 0 || IsNumber(r[i]))).ToArray();
        string Line(string[] cells) => string.Join("  ", cells.Select((c, i) => numeric[i] ? c.PadLeft(widths[i]) : c.PadRight(widths[i]))).TrimEnd();
        return string.Join('\n', new[] { Line(headers), string.Join("  ", widths.Select(w => new string('-', w))) }.Concat(_rows.Select(Line)));
    }

    private static bool IsNumber(string text) =>
        text == "-" || double.TryParse(text.TrimEnd('%', ' '), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _);
}
