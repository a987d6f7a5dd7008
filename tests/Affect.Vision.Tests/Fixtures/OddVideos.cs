using System.Buffers.Binary;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>Fixtures that are other fixtures changed: cut, turned, joined, damaged.</summary>
internal static class OddVideos
{
    /// <summary>Name -> maker. Names can be used wherever those of <see cref="Videos"/> can.</summary>
    public static readonly IReadOnlyDictionary<string, Func<string>> Makers = new Dictionary<string, Func<string>>
    {
        ["edit-list"] = () => Copy("edit-list", "mp4", "h264", "-ss 1.3"),
        ["edit-list-open-gop"] = () => Copy("edit-list-open-gop", "mp4", "h264-open-gop", "-ss 1.3"),
        ["ts-mid-gop"] = () => DropPackets("ts-mid-gop", "ts", 60),
        ["ts-open-gop-mid-gop"] = () => DropPackets("ts-open-gop-mid-gop", "ts-open-gop", 60),
        ["ts-hevc-mid-gop"] = () => DropPackets("ts-hevc-mid-gop", "ts-hevc", 60),
        ["mpeg2-mid-gop"] = () => DropPackets("mpeg2-mid-gop", "mpeg2", 60),
        // Two passes, as only then the encoder makes alternate reference frames: packets that are never shown.
        ["vp8-hidden"] = () => Videos.Derive("vp8-hidden", "webm", "1", path =>
        {
            foreach (var pass in (string[])["1", "2"])
            {
                FfmpegRun.Run([
                    "-v", "error", "-nostdin", "-y", "-t", "5", "-i", TestFolders.SampleClip, "-vf", "scale=320:240", "-c:v", "libvpx", "-cpu-used", "5", "-g", "40",
                    "-auto-alt-ref", "1", "-lag-in-frames", "16", "-b:v", "300k", "-pass", pass, "-passlogfile", path + ".log", path,
                ]);
            }

            File.Delete(path + ".log-0.log");
        }),
        ["rotated-90"] = () => Turn("rotated-90", 90),
        ["rotated-180"] = () => Turn("rotated-180", 180),
        ["rotated-270"] = () => Turn("rotated-270", 270),
        ["clock-set-back"] = () => Videos.Derive("clock-set-back", "ts", "1", path =>
            File.WriteAllBytes(path, [.. File.ReadAllBytes(Videos.Get("ts")), .. File.ReadAllBytes(Videos.Get("ts"))])),
        ["size-changes"] = () => Videos.Derive("size-changes", "ts", "3", path =>
        {
            var other = path + ".ts";
            FfmpegRun.Run([
                "-v", "error", "-y", "-ss", "6", "-t", "2", "-i", TestFolders.SampleClip, "-vf", "scale=240:320", "-c:v", "libx264", "-preset", "veryfast",
                "-g", "25", "-output_ts_offset", "9", other,
            ]);
            File.WriteAllBytes(path, [.. File.ReadAllBytes(Videos.Get("ts")), .. File.ReadAllBytes(other)]);
            File.Delete(other);
        }),
    };

    public static string Get(string name) => Makers.TryGetValue(name, out var make) ? make() : Videos.Get(name);

    private static string Copy(string name, string extension, string source, string cut) =>
        Videos.Derive(name, extension, source + cut, path =>
            FfmpegRun.Run(["-v", "error", "-y", .. cut.Split(' '), "-i", Videos.Get(source), "-c", "copy", path]));

    private static string DropPackets(string name, string source, int packets) =>
        Videos.Derive(name, "ts", source + packets, path =>
        {
            const int packetBytes = 188;
            var bytes = File.ReadAllBytes(Videos.Get(source));
            // The tables stay, so that the stream is found; the pictures begin in the middle.
            File.WriteAllBytes(path, [.. bytes[..(3 * packetBytes)], .. bytes[((3 + packets) * packetBytes)..]]);
        });

    /// <summary>Writes a display matrix into the track header (ISO/IEC 14496-12, 8.3.2): the only thing a phone does when it is turned.</summary>
    private static string Turn(string name, int clockwiseDegrees) =>
        Videos.Derive(name, "mp4", "1", path =>
        {
            var bytes = File.ReadAllBytes(Videos.Get("h264"));
            var header = bytes.AsSpan().IndexOf("tkhd"u8);
            var matrix = bytes.AsSpan(header + 4 + 40, 36);
            const int one = 0x00010000;
            int[] turn = clockwiseDegrees switch
            {
                90 => [0, one, -one, 0],
                180 => [-one, 0, 0, -one],
                _ => [0, -one, one, 0],
            };
            BinaryPrimitives.WriteInt32BigEndian(matrix, turn[0]);
            BinaryPrimitives.WriteInt32BigEndian(matrix[4..], turn[1]);
            BinaryPrimitives.WriteInt32BigEndian(matrix[12..], turn[2]);
            BinaryPrimitives.WriteInt32BigEndian(matrix[16..], turn[3]);
            File.WriteAllBytes(path, bytes);
        });
}
