using Affect.Core.Video;

namespace Affect.Vision.Decoding.Nut;

/// <summary>
/// Brings NUT time stamps back to the source stream's time base. The muxer refines a coarse time base by a whole factor, so the way back is exact; a stamp that is
/// not a whole number of source ticks was made up by the muxer.
/// </summary>
/// <param name="nut">Seconds a tick in the NUT stream.</param>
/// <param name="stream">Seconds a tick in the source.</param>
/// <param name="shift">Source ticks that were added so that no stamp is negative (NUT has none).</param>
internal sealed class NutClock(Rational nut, Rational stream, long shift)
{
    /// <summary>Less than this between two frames is no frame rate that exists, but the mark of a repaired stamp.</summary>
    public const double ShortestFrameSeconds = 50e-6;

    private readonly Int128 _numerator = (Int128)nut.Numerator * stream.Denominator;
    private readonly Int128 _denominator = (Int128)nut.Denominator * stream.Numerator;

    /// <summary>False where the stamp is no whole number of source ticks; then <paramref name="pts"/> is the one below.</summary>
    public bool TryToStream(long nutPts, out long pts)
    {
        var (quotient, remainder) = Int128.DivRem(nutPts * _numerator, _denominator);
        pts = (long)quotient - shift;
        return remainder == 0;
    }
}
