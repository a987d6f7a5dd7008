using System.Globalization;

namespace Affect.Vision.Probing;

/// <summary>One packet of the container in decode order.</summary>
/// <param name="Pts">Presentation time stamp, or null.</param>
/// <param name="Dts">Decode time stamp, or null.</param>
/// <param name="Duration">In ticks; 0 while unknown.</param>
/// <param name="IsKey">Decoding can start here.</param>
/// <param name="IsDiscarded">Decoded but not presented (edit list).</param>
internal readonly record struct PacketEntry(long? Pts, long? Dts, long Duration, bool IsKey, bool IsDiscarded);

/// <summary>One section of ffprobe's compact output as keys and values.</summary>
internal sealed class ProbeSection(Dictionary<string, string> values)
{
    public string Text(string key) => values.GetValueOrDefault(key, "");

    public int Int(string key) => int.TryParse(Text(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : 0;
}

/// <summary>What one ffprobe run printed: packets by stream, streams, the format, and its error number if any.</summary>
internal sealed class FfprobeReport
{
    private readonly Dictionary<int, List<PacketEntry>> _packets = [];
    private readonly List<ProbeSection> _streams = [];

    public IReadOnlyList<ProbeSection> Streams => _streams;

    public ProbeSection Format { get; private set; } = new([]);

    /// <summary>ffmpeg's error number (an AVERROR value), or null.</summary>
    public int? ErrorCode { get; private set; }

    /// <summary>ffmpeg's words for <see cref="ErrorCode"/>.</summary>
    public string ErrorText { get; private set; } = "";

    public IReadOnlyList<PacketEntry> Packets(int streamIndex) =>
        _packets.TryGetValue(streamIndex, out var packets) ? packets : [];

    /// <summary>Adds one line of <c>-of compact</c> output: <c>section|key=value|...</c>.</summary>
    public void AddLine(ReadOnlySpan<char> line)
    {
        if (line.StartsWith("packet|"))
        {
            AddPacket(line["packet|".Length..]);
        }
        else if (line.StartsWith("stream|"))
        {
            _streams.Add(Parse(line["stream|".Length..]));
        }
        else if (line.StartsWith("format|"))
        {
            Format = Parse(line["format|".Length..]);
        }
        else if (line.StartsWith("error|"))
        {
            var error = Parse(line["error|".Length..]);
            ErrorCode = error.Int("code");
            ErrorText = error.Text("string");
        }
    }

    private void AddPacket(ReadOnlySpan<char> fields)
    {
        var stream = -1;
        long? pts = null, dts = null;
        var duration = 0L;
        bool key = false, discarded = false;
        foreach (var range in fields.Split('|'))
        {
            var field = fields[range];
            var equals = field.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            var value = field[(equals + 1)..];
            switch (field[..equals])
            {
                case "stream_index":
                    stream = (int)(Number(value) ?? -1);
                    break;
                case "pts":
                    pts = Number(value);
                    break;
                case "dts":
                    dts = Number(value);
                    break;
                case "duration":
                    duration = Number(value) ?? 0;
                    break;
                case "flags":
                    key = value.Contains('K');
                    discarded = value.Contains('D');
                    break;
            }
        }

        if (!_packets.TryGetValue(stream, out var packets))
        {
            _packets[stream] = packets = [];
        }

        packets.Add(new PacketEntry(pts, dts, duration, key, discarded));
    }

    private static ProbeSection Parse(ReadOnlySpan<char> fields)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in fields.Split('|'))
        {
            var field = fields[range];
            var equals = field.IndexOf('=');
            if (equals > 0)
            {
                values[field[..equals].ToString()] = field[(equals + 1)..].ToString();
            }
        }

        return new ProbeSection(values);
    }

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
