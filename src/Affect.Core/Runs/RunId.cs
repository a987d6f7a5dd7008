using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Planning;
using Affect.Core.Tracking;

namespace Affect.Core.Runs;

/// <summary>
/// Identity of a run: 80 bits of SHA-256 over manifest and configuration, 16 characters of base 32 (<c>4s0c8m1kd2z9h7aw</c>). The same corpus with the same
/// configuration has the same id on every machine, so that a run submitted again resumes. It is also the run's folder name.
/// </summary>
[JsonConverter(typeof(RunIdJsonConverter))]
public readonly record struct RunId
{
    private readonly string? _text;

    private RunId(string text) => _text = text;

    /// <param name="manifestHash">Hash of the manifest, from <c>CorpusManifest.Hash</c>.</param>
    /// <param name="configuration">What changes output.</param>
    public static RunId Of(string manifestHash, RunConfiguration configuration) =>
        new(RunHash.Of(new RunIdentity(manifestHash, configuration), RunsJson.Default.RunIdentity));

    public override string ToString() => _text ?? "";

    public static bool TryParse(string? text, out RunId id)
    {
        id = text is not null && Base32.IsText(text, RunHash.Length) ? new RunId(text) : default;
        return id._text is not null;
    }
}

/// <summary>
/// Hash of what decides detections and tracks: manifest, sampling, detector, tracker, schema. A run whose affect models or smoothing alone
/// differ has the same key. For readers of records: which rows a run takes from others is decided by content, video by video.
/// </summary>
[JsonConverter(typeof(DetectionKeyJsonConverter))]
public readonly record struct DetectionKey
{
    private readonly string? _text;

    private DetectionKey(string text) => _text = text;

    /// <param name="manifestHash">Hash of the manifest, from <c>CorpusManifest.Hash</c>.</param>
    /// <param name="configuration">Its affect models and smoothing are left out.</param>
    public static DetectionKey Of(string manifestHash, RunConfiguration configuration) => new(RunHash.Of(
        new DetectionIdentity(manifestHash, configuration.Sampling, configuration.Detector, configuration.Tracking, configuration.LabelSchemaVersion),
        RunsJson.Default.DetectionIdentity));

    public override string ToString() => _text ?? "";

    public static bool TryParse(string? text, out DetectionKey key)
    {
        key = text is not null && Base32.IsText(text, RunHash.Length) ? new DetectionKey(text) : default;
        return key._text is not null;
    }
}

/// <summary>What a <see cref="RunId"/> is the hash of.</summary>
internal sealed record RunIdentity(string Manifest, RunConfiguration Configuration);

/// <summary>What a <see cref="DetectionKey"/> is the hash of.</summary>
internal sealed record DetectionIdentity(
    string Manifest, Sampling Sampling, DetectorConfiguration Detector, TrackerOptions Tracking, int LabelSchemaVersion);

internal sealed class RunIdJsonConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && RunId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a run id.");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class DetectionKeyJsonConverter : JsonConverter<DetectionKey>
{
    public override DetectionKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DetectionKey.TryParse(reader.GetString(), out var key) ? key : throw new JsonException("Not a detection key.");

    public override void Write(Utf8JsonWriter writer, DetectionKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
