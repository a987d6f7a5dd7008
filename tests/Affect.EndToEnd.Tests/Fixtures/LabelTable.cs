using System.Globalization;
using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>What of a row may differ between two runs that are compared.</summary>
[Flags]
internal enum Except
{
    Nothing = 0,

    /// <summary>The chunk's id: the videos were cut otherwise.</summary>
    Chunk = 1,

    /// <summary>The video's id: it has another name.</summary>
    Video = 2,
}

/// <summary>The final labels of a run, by video; compared bit for bit.</summary>
internal sealed class LabelTable
{
    private readonly ILookup<string, LabelRow> _rows;

    private LabelTable(IEnumerable<LabelRow> rows) => _rows = rows.ToLookup(r => r.Video, StringComparer.Ordinal);

    public IEnumerable<string> Videos => _rows.Select(g => g.Key);

    public int Count => _rows.Sum(g => g.Count());

    public int Faces => _rows.Sum(g => g.Count(r => r.Face >= 0));

    public static LabelTable Read(string folder) => new(!Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal).SelectMany(f => LabelParquet.Read(f, TestContext.Current.CancellationToken)).ToList());

    public IReadOnlyList<LabelRow> Of(string video) => [.. _rows[video]];

    public static void AssertSame(LabelTable expected, LabelTable actual, Except except = Except.Nothing)
    {
        Assert.Equal(expected.Videos.Order(StringComparer.Ordinal), actual.Videos.Order(StringComparer.Ordinal));
        foreach (var video in expected.Videos)
        {
            AssertSame(expected.Of(video), actual.Of(video), except);
        }
    }

    public static void AssertSame(IReadOnlyList<LabelRow> expected, IReadOnlyList<LabelRow> actual, Except except = Except.Nothing)
    {
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            var (e, a) = (Text(expected[i], except), Text(actual[i], except));
            Assert.True(e == a, $"row {i} of {expected[i].Video}:\n{e}\n{a}");
        }

        Assert.Equal(expected.Count, actual.Count);
    }

    /// <summary>Every column; floats by their bits.</summary>
    private static string Text(LabelRow r, Except except)
    {
        string Bits(float v) => float.IsNaN(v) ? "-" : BitConverter.SingleToInt32Bits(v).ToString("x8", CultureInfo.InvariantCulture);
        string All(IEnumerable<float> v) => string.Join(' ', v.Select(Bits));
        return string.Join('|', [
            except.HasFlag(Except.Video) ? "" : r.Video, except.HasFlag(Except.Chunk) ? "" : r.Chunk, $"{r.Frame}", $"{r.Pts}",
            BitConverter.DoubleToInt64Bits(r.TimeSeconds).ToString("x", CultureInfo.InvariantCulture), $"{r.Status}", r.Reason ?? "", $"{r.Face}", $"{r.Track}",
            All([r.BoxX, r.BoxY, r.BoxWidth, r.BoxHeight, r.DetectionScore]), All(r.Landmarks), All([r.YawDegrees, r.PitchDegrees, r.RollDegrees]),
            All([r.SizePixels, r.Sharpness]), All([r.Valence, r.Arousal]), All(r.Expressions), $"{r.Expression}", All(r.ActionUnits), r.Model,
        ]);
    }
}
