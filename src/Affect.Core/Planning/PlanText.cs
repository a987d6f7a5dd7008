using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affect.Core.Planning;

/// <summary>
/// The stored form of a plan: UTF-8, one JSON object a line, one line a chunk, in plan order, each line ended by LF:
/// <code>{"chunk":"v000000-c00001","video":"a/b.mp4","firstFrame":250,"frames":250,"startPts":128000,"endPts":256000}</code>
/// <c>endPts</c> is left out for the last chunk of a video (no end); <c>requires</c> is left out where it is empty.
/// Must agree with docs/formats/records.md.
/// </summary>
public static class PlanText
{
    /// <summary>Writes all lines.</summary>
    public static void Write(Stream destination, IEnumerable<ChunkSpec> plan)
    {
        foreach (var chunk in plan)
        {
            destination.Write(JsonSerializer.SerializeToUtf8Bytes(ToLine(chunk), PlanJson.Default.PlanLine));
            destination.WriteByte((byte)'\n');
        }
    }

    /// <summary>One line, without its end.</summary>
    public static string FormatLine(ChunkSpec chunk) => JsonSerializer.Serialize(ToLine(chunk), PlanJson.Default.PlanLine);

    /// <summary>
    /// Reads a whole plan and checks that it is one: ids ascending from chunk 0 of each video, frames and PTS without gap or overlap.
    /// </summary>
    /// <exception cref="FormatException">Damaged or not a plan; names the line.</exception>
    public static IReadOnlyList<ChunkSpec> Read(TextReader text) => [.. Enumerate(text)];

    /// <summary>The same, a chunk at a time: of a large plan the list is hundreds of megabytes.</summary>
    /// <exception cref="FormatException">Damaged or not a plan; names the line.</exception>
    public static IEnumerable<ChunkSpec> Enumerate(TextReader text) => Enumerate(text, isPart: false);

    /// <summary>Reads some successive lines of a plan: checks the same, but for how the first video begins and the last one ends.</summary>
    /// <exception cref="FormatException">Damaged or not a part of a plan; names the line, counted from the part's first.</exception>
    public static IReadOnlyList<ChunkSpec> ReadPart(TextReader text) => [.. Enumerate(text, isPart: true)];

    private static IEnumerable<ChunkSpec> Enumerate(TextReader text, bool isPart)
    {
        ChunkSpec? before = null;
        var strings = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            var chunk = ParseLine(line, strings, out var problem);
            problem ??= before is not null ? NextProblem(before, chunk!) : isPart ? null : FirstProblem(chunk!);
            if (problem is not null)
            {
                throw new FormatException($"Plan, line {number}: {problem}.");
            }

            yield return before = chunk!;
        }

        if (!isPart && before is { EndPts: not long.MaxValue })
        {
            throw new FormatException($"Plan, line {number}: the last video has no last chunk; the plan is cut off.");
        }
    }

    private static ChunkSpec? ParseLine(string text, Dictionary<string, string> strings, out string? problem)
    {
        PlanLine? line;
        try
        {
            line = JsonSerializer.Deserialize(text, PlanJson.Default.PlanLine);
        }
        catch (JsonException e)
        {
            problem = $"not a chunk in JSON ({e.Message})";
            return null;
        }

        problem = line is null ? "not a chunk in JSON"
            : line.Frames < 1 || line.FirstFrame < 0 ? "firstFrame must be at least 0 and frames at least 1"
            : (line.EndPts ?? long.MaxValue) <= line.StartPts ? "endPts must be above startPts"
            : null;
        return problem is not null
            ? null
            : new ChunkSpec(line!.Chunk, Shared(line.Video), line.FirstFrame, line.Frames, line.StartPts, line.EndPts ?? long.MaxValue)
            {
                Requires = Shared(line.Requires ?? ""),
            };

        // A million chunks of a thousand videos hold a thousand strings.
        string Shared(string value) => strings.TryGetValue(value, out var first) ? first : strings[value] = value;
    }

    private static string? FirstProblem(ChunkSpec chunk) =>
        chunk.Id.Chunk != 0 || chunk.FirstFrame != 0 ? $"a video starts with chunk 0 at frame 0, not with {chunk.Id} at frame {chunk.FirstFrame}" : null;

    private static string? NextProblem(ChunkSpec before, ChunkSpec chunk)
    {
        if (chunk.Id.Video != before.Id.Video)
        {
            return chunk.Id.Video < before.Id.Video ? $"{chunk.Id} after {before.Id}"
                : before.EndPts != long.MaxValue ? $"the last chunk of the video before must have no end, {before.Id} has"
                : FirstProblem(chunk);
        }

        return chunk.Id.Chunk != before.Id.Chunk + 1 ? $"{chunk.Id} after {before.Id}"
            : chunk.VideoId != before.VideoId ? $"{chunk.Id} is of another video than {before.Id}"
            : chunk.FirstFrame != before.FirstFrame + before.FrameCount ? $"{chunk.Id} does not start at frame {before.FirstFrame + before.FrameCount}"
            : chunk.StartPts != before.EndPts ? $"{chunk.Id} does not start at PTS {before.EndPts}"
            : null;
    }

    private static PlanLine ToLine(ChunkSpec chunk) => new(
        chunk.Id,
        chunk.VideoId,
        chunk.FirstFrame,
        chunk.FrameCount,
        chunk.StartPts,
        chunk.EndPts == long.MaxValue ? null : chunk.EndPts,
        chunk.Requires.Length == 0 ? null : chunk.Requires);
}

internal sealed record PlanLine(
    [property: JsonRequired] ChunkId Chunk,
    [property: JsonRequired] string Video,
    [property: JsonRequired] long FirstFrame,
    [property: JsonRequired] int Frames,
    [property: JsonRequired] long StartPts,
    long? EndPts,
    string? Requires);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlanLine))]
internal sealed partial class PlanJson : JsonSerializerContext;
