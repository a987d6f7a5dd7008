using System.Globalization;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Cli;

/// <summary>Figures as the tables show them, the same in every culture.</summary>
internal static class Figures
{
    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Fixed(double value, int digits) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    public static string Of(Measure measure, int digits = 3) => measure.Value is { } value ? Fixed(value, digits) : "-";

    /// <summary>A size with a binary unit: 1.5 GiB.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        while (bytes >= 1024 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }
}
