using Affect.Core.Video;

namespace Affect.Vision.Probing;

/// <summary>What the packets say of the frames, or why they do not say enough.</summary>
/// <param name="Frames">The index, or null where the packets do not determine it.</param>
/// <param name="HeadIsUncertain">Packets come before the first keyframe: the decoder may or may not present them.</param>
/// <param name="HeadEnd">PTS of the first frame that is certain.</param>
/// <param name="Notes">Anomalies seen.</param>
internal sealed record PacketIndex(FrameIndex? Frames, bool HeadIsUncertain, long HeadEnd, IReadOnlyList<ProbeNote> Notes)
{
    /// <summary>
    /// Frames are the packets that are not discarded, ordered by PTS. A keyframe is a place where decoding can start when every packet before it (in decode
    /// order) is also presented before it: then no frame from there on needs anything earlier, also with open GOPs, whose leading frames rank before it.
    /// </summary>
    /// <param name="packets">Packets in decode order.</param>
    /// <param name="isReordered">The codec presents frames in another order than it decodes them, so a DTS cannot stand for a PTS.</param>
    public static PacketIndex Build(IReadOnlyList<PacketEntry> packets, bool isReordered)
    {
        var notes = new List<ProbeNote>();
        var frames = new List<(long Pts, bool IsKey)>(packets.Count);
        long discarded = 0, missing = 0, derived = 0;
        foreach (var packet in packets)
        {
            if (packet.IsDiscarded)
            {
                discarded++;
            }
            else if (packet.Pts is { } pts)
            {
                frames.Add((pts, packet.IsKey));
            }
            else if (!isReordered && packet.Dts is { } dts)
            {
                derived++;
                frames.Add((dts, packet.IsKey));
            }
            else
            {
                missing++;
            }
        }

        Note(notes, ProbeAnomaly.DiscardedPackets, discarded);
        Note(notes, ProbeAnomaly.MissingPts, missing + derived);
        if (missing > 0)
        {
            return new PacketIndex(null, false, 0, notes);
        }

        var backwards = KeyframesBehindTheirTime(frames);
        var (index, repeated) = Sort(frames);
        Note(notes, ProbeAnomaly.NonMonotonicPts, backwards);
        Note(notes, ProbeAnomaly.RepeatedPts, repeated);
        if (backwards > 0 || repeated > 0 || index.FrameCount == 0)
        {
            return new PacketIndex(backwards > 0 || repeated > 0 ? null : index, false, 0, notes);
        }

        var firstKey = frames.FindIndex(f => f.IsKey);
        var uncertain = !packets[0].IsDiscarded && (firstKey != 0 || frames[firstKey].Pts != index.Pts[0]);
        return new PacketIndex(index, uncertain, firstKey < 0 ? long.MaxValue : frames[firstKey].Pts, notes);
    }

    public static void Note(List<ProbeNote> notes, ProbeAnomaly anomaly, long count)
    {
        if (count > 0)
        {
            notes.Add(new ProbeNote(anomaly, count));
        }
    }

    /// <summary>Keyframes that a packet before them in decode order outlives: the clock was set back, so sorting by PTS would mix two recordings.</summary>
    private static long KeyframesBehindTheirTime(List<(long Pts, bool IsKey)> frames)
    {
        var latest = long.MinValue;
        var count = 0L;
        foreach (var (pts, isKey) in frames)
        {
            if (isKey && pts < latest)
            {
                count++;
            }

            latest = Math.Max(latest, pts);
        }

        return count;
    }

    private static (FrameIndex Index, long Repeated) Sort(List<(long Pts, bool IsKey)> frames)
    {
        var sorted = frames.ToArray();
        Array.Sort(sorted, static (a, b) => a.Pts.CompareTo(b.Pts));
        var pts = new List<long>(sorted.Length);
        var keyframes = new List<int>();
        var repeated = 0L;
        foreach (var frame in sorted)
        {
            if (pts.Count > 0 && pts[^1] == frame.Pts)
            {
                repeated++;
                continue;
            }

            // Decoding can always start at the first frame: it starts at the first packet.
            if (frame.IsKey || pts.Count == 0)
            {
                keyframes.Add(pts.Count);
            }

            pts.Add(frame.Pts);
        }

        return (new FrameIndex([.. pts], [.. keyframes]), repeated);
    }
}
