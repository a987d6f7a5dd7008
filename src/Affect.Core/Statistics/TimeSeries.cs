using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Labels;

namespace Affect.Core.Statistics;

/// <summary>Sums over the frames of one part of a video.</summary>
/// <param name="Frames">Frames that were searched.</param>
/// <param name="Faces">Faces found in them.</param>
/// <param name="Affect">Faces with valence and arousal.</param>
/// <param name="SumV">Sum of their valence.</param>
/// <param name="SumA">Sum of their arousal.</param>
public readonly record struct SeriesBin(long Frames, long Faces, long Affect, double SumV, double SumA)
{
    internal SeriesBin Plus(in SeriesBin other) =>
        new(Frames + other.Frames, Faces + other.Faces, Affect + other.Affect, SumV + other.SumV, SumA + other.SumA);
}

/// <summary>
/// A video's course over time in <see cref="BinCount"/> equal parts of its frame ranks: part = rank · 120 / frame count. Parts without a
/// searched frame are not there. JSON form: <c>[frame count, part, frames, faces, affect, sumV, sumA, part, ...]</c>. Not thread-safe.
/// </summary>
[JsonConverter(typeof(TimeSeriesConverter))]
public sealed class TimeSeries
{
    public const int BinCount = 120;

    private readonly SortedList<int, SeriesBin> _bins = [];

    /// <param name="frameCount">Frames of the whole video, at least 1.</param>
    public TimeSeries(long frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        FrameCount = frameCount;
    }

    public long FrameCount { get; }

    /// <summary>The parts that hold something, in order.</summary>
    public IEnumerable<KeyValuePair<int, SeriesBin>> Bins => _bins;

    internal void Add(LabelRow row)
    {
        if (row.Status is not (FrameStatus.Face or FrameStatus.NoFace))
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row.Frame, FrameCount);
        var affect = row.Status == FrameStatus.Face && !float.IsNaN(row.Valence) && !float.IsNaN(row.Arousal);
        Add((int)(row.Frame * BinCount / FrameCount), new SeriesBin(
            row.Status == FrameStatus.NoFace || row.Face == 0 ? 1 : 0,
            row.Status == FrameStatus.Face ? 1 : 0,
            affect ? 1 : 0,
            affect ? row.Valence : 0,
            affect ? row.Arousal : 0));
    }

    internal void Add(TimeSeries other)
    {
        if (other.FrameCount != FrameCount)
        {
            throw new ArgumentException($"A series over {other.FrameCount} frames cannot be added to one over {FrameCount}.", nameof(other));
        }

        foreach (var (part, bin) in other._bins)
        {
            Add(part, bin);
        }
    }

    internal void Add(int part, in SeriesBin bin)
    {
        _bins.TryGetValue(part, out var before);
        _bins[part] = before.Plus(bin);
    }
}

internal sealed class TimeSeriesConverter : JsonConverter<TimeSeries>
{
    public override TimeSeries Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.Number ||
            !reader.TryGetInt64(out var frameCount) || frameCount < 1)
        {
            throw new JsonException("A series starts with the video's frame count.");
        }

        var series = new TimeSeries(frameCount);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var part = Count(ref reader);
            if (part >= TimeSeries.BinCount)
            {
                throw new JsonException($"A series has {TimeSeries.BinCount} parts.");
            }

            reader.Read();
            var frames = Count(ref reader);
            reader.Read();
            var faces = Count(ref reader);
            reader.Read();
            var affect = Count(ref reader);
            series.Add((int)part, new SeriesBin(frames, faces, affect, Number(ref reader), Number(ref reader)));
        }

        return series;
    }

    public override void Write(Utf8JsonWriter writer, TimeSeries value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.FrameCount);
        foreach (var (part, bin) in value.Bins)
        {
            writer.WriteNumberValue(part);
            writer.WriteNumberValue(bin.Frames);
            writer.WriteNumberValue(bin.Faces);
            writer.WriteNumberValue(bin.Affect);
            writer.WriteNumberValue(bin.SumV);
            writer.WriteNumberValue(bin.SumA);
        }

        writer.WriteEndArray();
    }

    private static long Count(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0
            ? value
            : throw new JsonException("A count of a series is missing.");

    private static double Number(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException("A sum of a series is missing.");
}
