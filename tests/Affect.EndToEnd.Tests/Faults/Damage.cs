using System.Globalization;
using System.Text;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>Makes files that claim to be videos and are not, or no longer; by a seeded random source.</summary>
internal sealed class Damage(Random random)
{
    private static readonly (string Extension, string Codec)[] Sources =
    [
        (".mp4", "libx264 -preset veryfast -g 5 -bf 2"), (".mkv", "libx265 -preset ultrafast -x265-params log-level=error"), (".webm", "libvpx-vp9 -cpu-used 8 -deadline realtime"),
        (".ts", "mpeg2video -q:v 5"), (".avi", "mpeg4 -q:v 5"), (".mov", "mjpeg -q:v 5"), (".flv", "flv1 -q:v 5"),
    ];

    private static readonly Lazy<byte[][]> Clean = new(() => [.. Sources.Select(s => File.ReadAllBytes(Clips.Tiny(s.Extension, s.Codec)))]);

    private readonly (string Kind, Func<Damage, int, (byte[] Content, string Extension)> Make)[] _kinds =
    [
        ("truncated", static (d, s) => (Clean.Value[s][..d.Within(s)], Sources[s].Extension)),
        ("bits", static (d, s) => (d.FlipBits(s), Sources[s].Extension)),
        ("renamed", static (d, s) => (Clean.Value[s], Sources[(s + 1 + d.Next(Sources.Length - 1)) % Sources.Length].Extension)),
        ("zero-bytes", static (_, s) => ([], Sources[s].Extension)),
        ("all-zero", static (d, s) => (new byte[1 + d.Next(20000)], Sources[s].Extension)),
        ("text", static (d, s) => (Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i} is no video {d.Next(1000)}\n"))), Sources[s].Extension)),
        ("random", static (d, s) => (d.Bytes(1 + d.Next(20000)), Sources[s].Extension)),
        ("header-only", static (d, s) => (Clean.Value[s][..(8 + d.Next(120))], Sources[s].Extension)),
        ("cut-tail", static (d, s) => (Clean.Value[s][..^(1 + d.Next(Math.Min(800, Clean.Value[s].Length - 1)))], Sources[s].Extension)),
        ("swapped-halves", static (_, s) => ([.. Clean.Value[s][(Clean.Value[s].Length / 2)..], .. Clean.Value[s][..(Clean.Value[s].Length / 2)]], Sources[s].Extension)),
        ("hole", static (d, s) => (d.Hole(s), Sources[s].Extension)),
        ("doubled", static (_, s) => ([.. Clean.Value[s], .. Clean.Value[s]], Sources[s].Extension)),
        ("audio-only", static (_, _) => (File.ReadAllBytes(AudioOnly()), ".mp4")),
        ("picture-only", static (_, _) => (File.ReadAllBytes(PictureOnly()), ".mp4")),
    ];

    /// <summary>Writes this many files; their kind is the first part of the name.</summary>
    public void Write(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (kind, make) = _kinds[i % _kinds.Length];
            var (content, extension) = make(this, i / _kinds.Length % Sources.Length);
            File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{kind}-{i:D3}{extension}")), content);
        }
    }

    private static string AudioOnly() => Clips.Make("audio-only.mp4", "-f lavfi -i sine=r=16000:d=1 -c:a aac");

    private static string PictureOnly()
    {
        var picture = Clips.Make("cover.jpg", "-ss 5 -i SAMPLE -frames:v 1 -vf scale=160:120");
        return Clips.Make("picture-only.mp4", $"-f lavfi -i sine=r=16000:d=1 -i {picture} -map 0:a -map 1:v -c:a aac -c:v copy -disposition:v:0 attached_pic");
    }

    private int Next(int below) => random.Next(below);

    private int Within(int source) => 1 + Next(Clean.Value[source].Length - 1);

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] FlipBits(int source)
    {
        var bytes = Clean.Value[source].ToArray();
        for (var i = 1 + Next(40); i > 0; i--)
        {
            bytes[Next(bytes.Length)] ^= (byte)(1 << Next(8));
        }

        return bytes;
    }

    private byte[] Hole(int source)
    {
        var bytes = Clean.Value[source].ToArray();
        var start = Next(bytes.Length);
        bytes.AsSpan(start, Math.Min(bytes.Length - start, 1 + Next(bytes.Length / 3))).Clear();
        return bytes;
    }
}
