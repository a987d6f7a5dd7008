using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Probing;

/// <summary>The video stream that will be labelled: the default one, else the largest picture, never an attached picture.</summary>
internal sealed class StreamChoice
{
    private readonly ProbeSection _stream;
    private readonly string _container;

    private StreamChoice(ProbeSection stream, string container, int otherStreams)
    {
        _stream = stream;
        _container = container;
        OtherStreams = otherStreams;
        TimeBase = Rational.TryParse(stream.Text("time_base"), out var timeBase) ? timeBase : new Rational(1, 90_000);
    }

    public int StreamIndex => _stream.Int("index");

    public string Codec => _stream.Text("codec_name");

    public Rational TimeBase { get; }

    public bool IsReordered => _stream.Int("has_b_frames") > 0;

    public int OtherStreams { get; }

    /// <summary>
    /// Interlaced H.264, HEVC or MPEG-2 in a transport or program stream may hold one packet for each field; in files with sample tables a sample is a frame.
    /// </summary>
    public bool MayHoldFieldPairs =>
        _stream.Text("field_order") is "tt" or "bb" or "tb" or "bt" && _container is not ("mov,mp4,m4a,3gp,3g2,mj2" or "matroska,webm");

    public static StreamChoice? Choose(FfprobeReport report)
    {
        var candidates = report.Streams.Where(s => s.Text("codec_type") == "video" && s.Int("disposition:attached_pic") == 0).ToList();
        return candidates.Count == 0
            ? null
            : new StreamChoice(
                candidates.OrderByDescending(s => s.Int("disposition:default")).ThenByDescending(s => (long)s.Int("width") * s.Int("height")).First(),
                report.Format.Text("format_name"),
                candidates.Count - 1);
    }

    /// <summary>Why ffmpeg cannot decode the stream, as far as its headers tell.</summary>
    public ChunkFailure? Failure(FfmpegExit exit)
    {
        var detail = exit.Stderr.Length == 0 ? null : exit.Stderr;
        if (Codec is "" or "unknown" or "none")
        {
            return new ChunkFailure(FailureKind.UnsupportedCodec, "This ffmpeg does not know the codec of the video stream.", detail, exit.Command);
        }

        return _stream.Int("width") < 1 || _stream.Int("height") < 1 || _stream.Text("pix_fmt") is "" or "unknown"
            ? new ChunkFailure(FailureKind.Decode, $"The {Codec} stream does not say how large its pictures are: it is damaged or cut off.", detail, exit.Command)
            : null;
    }

    public VideoInfo Describe(FrameIndex index, FrameTiming timing)
    {
        var pixelFormat = _stream.Text("pix_fmt");
        int width = _stream.Int("width"), height = _stream.Int("height");
        var pts = index.Pts;
        long shortest = long.MaxValue, longest = 0;
        for (var i = 1; i < pts.Length; i++)
        {
            var step = pts[i] - pts[i - 1];
            shortest = Math.Min(shortest, step);
            longest = Math.Max(longest, step);
        }

        var span = (pts[^1] - pts[0]) * TimeBase.Value;
        var rate = Rational.TryParse(_stream.Text("avg_frame_rate"), out var average) || Rational.TryParse(_stream.Text("r_frame_rate"), out average)
            ? average
            : new Rational(pts.Length, Math.Max(1, (long)Math.Ceiling(span)));
        var frameSeconds = pts.Length > 1 ? span / (pts.Length - 1) : 1 / rate.Value;
        return new VideoInfo(
            _container, Codec, pixelFormat, StreamIndex, width, height, Rotation(_stream.Int("rotation")), TimeBase, rate,
            // Rounding to ticks alone makes steps differ by one.
            pts.Length > 2 && longest - shortest > 1,
            span + frameSeconds, Colour.Matrix(_stream.Text("color_space"), width, height), Colour.IsFullRange(pixelFormat, _stream.Text("color_range")), timing);
    }

    /// <summary>ffprobe gives the counter-clockwise turn of the display matrix; the clockwise turn that shows the picture upright is its negative.</summary>
    private static int Rotation(int counterClockwiseDegrees)
    {
        var clockwise = ((-counterClockwiseDegrees % 360) + 360) % 360;
        return clockwise % 90 == 0 ? clockwise : 0;
    }
}
