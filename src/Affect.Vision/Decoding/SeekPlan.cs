using System.Globalization;
using Affect.Core.Video;

namespace Affect.Vision.Decoding;

/// <summary>One way to start decoding.</summary>
/// <param name="Witness">
/// Rank of the keyframe that must come out first. If it does, decoding really began there or earlier, so every later picture is right and one that is missing is
/// missing for good. If it does not, the seek landed too late: the next, earlier start is tried.
/// </param>
/// <param name="SeekSeconds">Argument of <c>-ss</c>; null to read from the first packet on.</param>
internal readonly record struct SeekStart(int Witness, string? SeekSeconds);

/// <summary>
/// Where to start for a wanted frame. Seeking is exact in containers with a keyframe table and approximate in others; no container is trusted: each attempt is checked
/// by its witness, and the last one reads the file from its beginning.
/// </summary>
internal static class SeekPlan
{
    /// <summary>
    /// ffmpeg seeks 3/23 s earlier than told in formats that seek by DTS, when a stream has B-frames. Asking that much later lands on the keyframe itself instead of
    /// the one before, provided that no other keyframe lies in between.
    /// </summary>
    private const double DtsHeuristicSeconds = 3.0 / 23;

    /// <summary>In formats without a keyframe table a seek by DTS lands anywhere; so much earlier, in time and in frames, is before the keyframe's DTS.</summary>
    private const double ScanMarginSeconds = 0.6;
    private const int ScanMarginFrames = 20;

    private static readonly string[] KeyframeTables = ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "flv", "asf", "mxf", "nut"];

    public static IReadOnlyList<SeekStart> Starts(VideoInfo video, FrameIndex index, int firstWanted)
    {
        var keyframes = index.Keyframes;
        var at = keyframes.BinarySearch(firstWanted);
        at = at >= 0 ? at : ~at - 1;
        var starts = new List<SeekStart>();
        if (video.Timing == FrameTiming.Pts)
        {
            // This keyframe, the one before, and one well before.
            foreach (var back in (int[])[0, 1, 4])
            {
                if (at - back > 0)
                {
                    starts.Add(new SeekStart(keyframes[at - back], Target(video, index, at - back)));
                }
            }
        }

        starts.Add(new SeekStart(0, null));
        return starts;
    }

    private static string Target(VideoInfo video, FrameIndex index, int keyframe)
    {
        var rank = index.Keyframes[keyframe];
        var seconds = Seconds(video, index.Pts[rank]);
        if (!KeyframeTables.Contains(video.Container))
        {
            var early = Seconds(video, index.Pts[Math.Max(0, rank - ScanMarginFrames)]);
            seconds = Math.Min(seconds - ScanMarginSeconds, early);
        }
        else if (!video.Container.StartsWith("mov", StringComparison.Ordinal))
        {
            var next = keyframe + 1 < index.Keyframes.Length ? Seconds(video, index.Pts[index.Keyframes[keyframe + 1]]) : double.MaxValue;
            seconds += next - seconds > DtsHeuristicSeconds + 0.01 ? DtsHeuristicSeconds : 0;
        }

        // Rounded up to a microsecond, ffmpeg's unit, so that the keyframe's own tick is not missed by a fraction.
        return (Math.Ceiling(seconds * 1e6) / 1e6).ToString("0.000000", CultureInfo.InvariantCulture);
    }

    private static double Seconds(VideoInfo video, long pts) => (double)((decimal)pts * video.TimeBase.Numerator / video.TimeBase.Denominator);
}
