using Affect.Core.Video;

namespace Affect.Vision.Probing;

/// <summary>Makes a frame index from what a decode presented.</summary>
internal static class DecodedIndex
{
    /// <summary>
    /// The whole video was decoded. Decoding can start at a frame other than the first only where its own packet says so by the same PTS.
    /// </summary>
    public static (FrameIndex Index, FrameTiming Timing) Whole(DecodedTimes.Times decoded, IReadOnlyList<PacketEntry> packets, List<ProbeNote> notes)
    {
        PacketIndex.Note(notes, ProbeAnomaly.PacketsAreNotFrames, Math.Abs(packets.Count(p => !p.IsDiscarded) - decoded.Pts.Count));
        var pts = decoded.Pts.ToArray();
        // Where packets have no PTS ffmpeg makes them up as it goes along, which a decode from elsewhere would not repeat.
        if (!decoded.AreExact || packets.Any(p => p.Pts is null && !p.IsDiscarded))
        {
            return (new FrameIndex(pts, [0]), FrameTiming.Order);
        }

        var keys = packets.Where(p => p.IsKey).Select(p => p.Pts ?? long.MinValue).ToHashSet();
        var keyframes = Enumerable.Range(0, pts.Length).Where(i => i == 0 || keys.Contains(pts[i])).ToArray();
        return (new FrameIndex(pts, keyframes), FrameTiming.Pts);
    }

    /// <summary>Only the beginning was decoded: frames before <paramref name="headEnd"/> that did not come out are no frames.</summary>
    public static (FrameIndex Index, FrameTiming Timing) Head(FrameIndex frames, DecodedTimes.Times decoded, long headEnd, List<ProbeNote> notes)
    {
        var presented = decoded.Pts.ToHashSet();
        var pts = new List<long>(frames.FrameCount);
        var keyframes = new List<int>();
        var old = frames.Keyframes.ToArray().ToHashSet();
        for (var i = 0; i < frames.FrameCount; i++)
        {
            var time = frames.Pts[i];
            if (time < headEnd && !presented.Contains(time))
            {
                continue;
            }

            if (pts.Count == 0 || old.Contains(i))
            {
                keyframes.Add(pts.Count);
            }

            pts.Add(time);
        }

        PacketIndex.Note(notes, ProbeAnomaly.UndecodableHead, frames.FrameCount - pts.Count);
        return (new FrameIndex([.. pts], [.. keyframes]), FrameTiming.Pts);
    }
}
