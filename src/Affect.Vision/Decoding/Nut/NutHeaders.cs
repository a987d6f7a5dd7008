using System.Text;
using Affect.Core.Video;

namespace Affect.Vision.Decoding.Nut;

/// <summary>What the headers say of the one video stream.</summary>
/// <param name="TimeBase">Seconds a tick of <see cref="NutFrame.Pts"/>.</param>
/// <param name="Width">Picture width in pixels.</param>
/// <param name="Height">Picture height in pixels.</param>
/// <param name="FourCc">Codec tag as four bytes in file order.</param>
internal sealed record NutStream(Rational TimeBase, int Width, int Height, string FourCc);

/// <summary>Main and stream header of a NUT stream with one video stream. ffmpeg repeats them; the last ones read hold.</summary>
internal sealed class NutHeaders
{
    /// <summary>No header or index of one video stream is nearly as long; a longer one is damage.</summary>
    public const int MaxPacketBytes = 1 << 20;

    private Rational[] _timeBases = [];

    public NutFrameCode[] Codes { get; } = new NutFrameCode[256];

    /// <summary>Null until the stream header was read.</summary>
    public NutStream? Stream { get; private set; }

    public int TimeBaseCount => _timeBases.Length;

    public int TimeBaseId { get; private set; }

    public int MsbPtsShift { get; private set; }

    /// <summary>A frame whose PTS differs more than this from the one before has a checksum.</summary>
    public long MaxPtsDistance { get; private set; }

    /// <summary>A frame of more than twice as many bytes has a checksum.</summary>
    public int MaxDistance { get; private set; }

    public void ReadMain(NutInput header)
    {
        var version = header.ReadV();
        if (version != NutFormat.Version)
        {
            throw new InvalidDataException($"NUT: version {version}, expected {NutFormat.Version}.");
        }

        if (header.ReadV() != 1)
        {
            throw new InvalidDataException("NUT: more than one stream.");
        }

        MaxDistance = header.ReadV(int.MaxValue, "max_distance");
        _timeBases = new Rational[header.ReadV(16, "time base count")];
        for (var i = 0; i < _timeBases.Length; i++)
        {
            _timeBases[i] = new Rational(header.ReadV(int.MaxValue, "time base"), header.ReadV(int.MaxValue, "time base"));
            if (_timeBases[i].Numerator == 0 || _timeBases[i].Denominator == 0)
            {
                throw new InvalidDataException("NUT: time base of zero.");
            }
        }

        NutFrameCode.ReadTable(header, Codes);
    }

    public void ReadStream(NutInput header)
    {
        header.ReadV(0, "stream id");
        header.ReadV(0, "stream class (0 is video)");
        var fourCc = ReadBytes(header, 4);
        TimeBaseId = header.ReadV(_timeBases.Length - 1, "time base id");
        MsbPtsShift = header.ReadV(15, "msb_pts_shift");
        MaxPtsDistance = (long)Math.Min(header.ReadV(), long.MaxValue);
        header.ReadV();
        header.ReadV();
        ReadBytes(header, MaxPacketBytes);
        var width = header.ReadV(int.MaxValue, "width");
        var height = header.ReadV(int.MaxValue, "height");
        Stream = new NutStream(_timeBases[TimeBaseId], width, height, Encoding.Latin1.GetString(fourCc));
    }

    private static byte[] ReadBytes(NutInput header, int limit)
    {
        var bytes = new byte[header.ReadV(limit, "byte string")];
        header.ReadExactly(bytes);
        return bytes;
    }
}
