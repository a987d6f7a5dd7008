using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Failures;
using Affect.Core.Video;

namespace Affect.Engine.Runs;

/// <summary>
/// One line of a run's <c>videos.jsonl</c>: what probing a manifest entry came to. Line <c>i</c> belongs to entry <c>i</c> of the manifest. Must
/// agree with docs/formats/records.md.
/// </summary>
/// <param name="Id">The video's id in the manifest.</param>
/// <param name="Info">The stream that is labelled; null where the video could not be read.</param>
/// <param name="Frames">Frames of the packet index.</param>
/// <param name="SelectedFrames">Frames that sampling selects.</param>
/// <param name="Chunks">Chunks of the plan.</param>
/// <param name="Anomalies">What the prober noticed (missing time stamps, a chunk-unfriendly index), for people.</param>
/// <param name="Failure">Why the video has no plan, or null.</param>
public sealed record VideoRecord(
    string Id, VideoInfo? Info, long Frames, long SelectedFrames, int Chunks, IReadOnlyList<string> Anomalies, ChunkFailure? Failure)
{
    public string ToLine() => JsonSerializer.Serialize(this, EngineJson.Default.VideoRecord);

    /// <exception cref="FormatException">Not a video record.</exception>
    public static VideoRecord ParseLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EngineJson.Default.VideoRecord) ?? throw new FormatException("Not a video record: null.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"Not a video record: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(VideoRecord))]
internal sealed partial class EngineJson : JsonSerializerContext;
