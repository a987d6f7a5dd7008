using Affect.Core.Video;
using Affect.Vision.Decoding.Nut;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

public sealed class NutReaderTests
{
    private static readonly Lazy<byte[]> FfmpegStream = new(() =>
    {
        var path = Path.Combine(TestFolders.CreateTemporary(), "a.nut");
        FfmpegRun.Run([
            "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=1", "-vf", "setpts=PTS+if(gt(N\\,10)\\,123456\\,0),format=yuv420p", "-fps_mode", "passthrough",
            "-enc_time_base", "1/12800", "-c:v", "rawvideo", "-f", "nut", "-write_index", "0", "-y", path,
        ]);
        return File.ReadAllBytes(path);
    });

    [Fact]
    public void Read_FfmpegsStream_GivesWhatFfprobeGives()
    {
        var frames = ReadAll(FfmpegStream.Value, out var stream);
        Assert.Equal(25, frames.Count);
        Assert.Equal((64, 48, "I420"), (stream!.Width, stream.Height, stream.FourCc));
        var path = Path.Combine(TestFolders.CreateTemporary(), "b.nut");
        File.WriteAllBytes(path, FfmpegStream.Value);
        var expected = FfmpegRun.RunProgram("ffprobe", ["-v", "error", "-show_entries", "packet=pts,size", "-of", "csv=p=0", path])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, frames.Select(f => $"{f.Frame.Pts},{f.Frame.SizeBytes}"));
    }

    /// <summary>However the bytes arrive, the result is the same: headers and data may be split anywhere.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Read_InPiecesOfAnySize_GivesTheSame(int pieceBytes)
    {
        var expected = ReadAll(FfmpegStream.Value, out _);
        var actual = ReadAll(FfmpegStream.Value, out _, pieceBytes);
        Assert.Equal(expected.Select(f => (f.Frame, Convert.ToHexString(f.Data))), actual.Select(f => (f.Frame, Convert.ToHexString(f.Data))));
    }

    [Fact]
    public void Read_TruncatedAnywhere_ThrowsOrEndsAtAPacketsEnd()
    {
        var bytes = FfmpegStream.Value;
        var whole = ReadAll(bytes, out _).Count;
        var thrown = 0;
        for (var length = 1; length < bytes.Length; length += length < 2000 ? 1 : 211)
        {
            try
            {
                Assert.InRange(ReadAll(bytes[..length], out _).Count, 0, whole);
            }
            catch (InvalidDataException)
            {
                thrown++;
            }
        }

        Assert.True(thrown > 1000, $"Only {thrown} truncations were noticed.");
    }

    /// <summary>A flipped bit in a header is always noticed (each has a checksum); frame data has none, and its length cannot change unnoticed.</summary>
    [Fact]
    public void Read_AnyBitFlippedInTheHeaders_Throws()
    {
        var bytes = FfmpegStream.Value;
        var headerBytes = FirstFrameOffset(bytes);
        Assert.True(headerBytes > 100);
        for (var bit = 0; bit < headerBytes * 8; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<InvalidDataException>(() => ReadAll(damaged, out _));
        }
    }

    [Fact]
    public void Read_SeededGarbage_NeverHangsNorCrashes()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 300; i++)
        {
            var damaged = (byte[])FfmpegStream.Value.Clone();
            for (var k = 0; k < 20; k++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                ReadAll(damaged, out _);
            }
            catch (InvalidDataException)
            {
                // Noticed.
            }
        }
    }

    [Fact]
    public void Read_NothingAtAll_GivesNoStream() => Assert.Null(new NutReader(_ => 0).ReadHeaders());

    [Fact]
    public async Task Write_ThenRead_GivesTheSame()
    {
        var memory = new MemoryStream();
        var writer = new NutWriter(memory);
        await writer.WriteHeadersAsync("MJPG", 112, 96, new Rational(1, 1000), CancellationToken.None);
        (long Pts, byte[] Data)[] expected = [(0, [1, 2, 3]), (1, new byte[100_000]), (70_000, [9]), (5_000_000_000, new byte[17])];
        foreach (var (pts, data) in expected)
        {
            await writer.WriteFrameAsync(pts, data, CancellationToken.None);
        }

        var frames = ReadAll(memory.ToArray(), out var stream);
        Assert.Equal(new NutStream(new Rational(1, 1000), 112, 96, "MJPG"), stream);
        Assert.Equal(expected.Select(f => (f.Pts, f.Data.Length)), frames.Select(f => (f.Frame.Pts, f.Data.Length)));
        Assert.Equal(expected[0].Data, frames[0].Data);
        Assert.All(frames, f => Assert.True(f.Frame.IsKey));
    }

    [Fact]
    public async Task Write_FfprobeReadsTheSame()
    {
        var path = Path.Combine(TestFolders.CreateTemporary(), "c.nut");
        await using (var file = File.Create(path))
        {
            var writer = new NutWriter(file);
            await writer.WriteHeadersAsync("MJPG", 16, 16, new Rational(1, 1000), CancellationToken.None);
            await writer.WriteFrameAsync(3, new byte[700], CancellationToken.None);
            await writer.WriteFrameAsync(90_000, new byte[80_000], CancellationToken.None);
        }

        var text = FfmpegRun.RunProgram("ffprobe", ["-v", "quiet", "-show_entries", "packet=pts,size:stream=codec_name,time_base", "-of", "csv=p=0", path]);
        Assert.Equal(["3,700", "90000,80000", "mjpeg,1/1000"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim()));
    }

    [Fact]
    public void Clock_NutTicks_ComeBackExactly()
    {
        var clock = new NutClock(new Rational(1, 51_200), new Rational(1, 12_800), 100);
        Assert.True(clock.TryToStream(4 * 612, out var pts));
        Assert.Equal(512, pts);
        Assert.False(clock.TryToStream((4 * 612) + 1, out _));
    }

    private static List<(NutFrame Frame, byte[] Data)> ReadAll(byte[] bytes, out NutStream? stream, int pieceBytes = int.MaxValue)
    {
        var at = 0;
        var reader = new NutReader(buffer =>
        {
            var count = Math.Min(Math.Min(buffer.Length, pieceBytes), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        });
        stream = reader.ReadHeaders();
        var frames = new List<(NutFrame, byte[])>();
        while (stream is not null && reader.TryReadFrame(out var frame))
        {
            var data = new byte[Math.Min(frame.SizeBytes, bytes.Length)];
            reader.ReadData(data);
            frames.Add((frame, data));
        }

        return frames;
    }

    private static int FirstFrameOffset(byte[] bytes)
    {
        ReadOnlySpan<byte> syncpoint = [0x4E, 0x4B, 0xE4, 0xAD, 0xEE, 0xCA, 0x45, 0x69];
        return bytes.AsSpan().IndexOf(syncpoint);
    }
}
