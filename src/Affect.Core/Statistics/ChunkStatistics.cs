using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Labels;
using Affect.Core.Planning;

namespace Affect.Core.Statistics;

/// <summary>
/// Statistics of one chunk, filled row by row by the worker and stored in the chunk's completion marker. Serializes in any JSON context
/// (the converter is its own); doubles survive the round trip bit for bit. Not thread-safe.
/// </summary>
[JsonConverter(typeof(ChunkStatisticsConverter))]
public sealed class ChunkStatistics
{
    /// <summary>Version of the JSON form; another version is refused.</summary>
    public const int FormatVersion = 1;

    internal ChunkStatistics(ChunkId chunk, LabelStatistics labels, TimeSeries series)
    {
        Chunk = chunk;
        Labels = labels;
        Series = series;
    }

    /// <param name="chunk">The chunk; its frame count is what the accounting must come to.</param>
    /// <param name="videoFrameCount">Frames of the whole video.</param>
    public ChunkStatistics(ChunkSpec chunk, long videoFrameCount)
        : this(chunk.Id, new LabelStatistics(), new TimeSeries(videoFrameCount)) => Labels.Frames.In = chunk.FrameCount;

    public ChunkId Chunk { get; }

    public LabelStatistics Labels { get; }

    public TimeSeries Series { get; }

    /// <summary>Adds a row; rows come in the order of the label table.</summary>
    /// <param name="thresholds">A threshold for each of <see cref="LabelSchema.ActionUnits"/>.</param>
    public void Add(LabelRow row, IReadOnlyList<float> thresholds)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(thresholds.Count, LabelSchema.ActionUnits.Count);
        Labels.Add(row, thresholds);
        Series.Add(row);
    }

    /// <summary>Counts frames that were left out on purpose (sampling).</summary>
    public void AddSkipped(string reason, long frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        if (frames > 0)
        {
            FrameAccounting.Increase(Labels.Frames.Skipped, reason, frames);
        }
    }

    /// <summary>Counts frames that have no row because they failed as a block (a quarantined chunk).</summary>
    public void AddFailed(string reason, long frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        if (frames > 0)
        {
            FrameAccounting.Increase(Labels.Frames.Failed, reason, frames);
        }
    }
}

internal sealed class ChunkStatisticsConverter : JsonConverter<ChunkStatistics>
{
    public override ChunkStatistics Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonSerializer.Deserialize(ref reader, StatisticsJsonContext.Default.StoredChunkStatistics);
        if (stored is not { Version: ChunkStatistics.FormatVersion } || !ChunkId.TryParse(stored.Chunk, out var chunk))
        {
            throw new JsonException($"Chunk statistics of version {ChunkStatistics.FormatVersion} were expected.");
        }

        try
        {
            // Adding checks that every table has the length that this version knows; x + 0 keeps every bit.
            return new ChunkStatistics(chunk, LabelStatistics.Merge(new LabelStatistics(), stored.Labels), stored.Series);
        }
        catch (ArgumentException e)
        {
            throw new JsonException($"Statistics of chunk {chunk} do not fit this version: {e.Message}", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ChunkStatistics value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(
            writer,
            new StoredChunkStatistics(ChunkStatistics.FormatVersion, value.Chunk.ToString(), value.Labels, value.Series),
            StatisticsJsonContext.Default.StoredChunkStatistics);
}

internal sealed record StoredChunkStatistics(int Version, string Chunk, LabelStatistics Labels, TimeSeries Series);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredChunkStatistics))]
internal sealed partial class StatisticsJsonContext : JsonSerializerContext;
