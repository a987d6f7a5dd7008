using System.Globalization;

namespace Affect.Core.Video;

/// <summary>A positive fraction, as ffmpeg gives time bases (seconds a tick) and frame rates (frames a second).</summary>
public readonly record struct Rational(long Numerator, long Denominator)
{
    public double Value => Denominator == 0 ? 0 : (double)Numerator / Denominator;

    /// <summary>Parses <c>num/den</c>; 0/0 and malformed text give false.</summary>
    public static bool TryParse(string? text, out Rational value)
    {
        value = default;
        var parts = text?.Split('/');
        if (parts is not [var n, var d] ||
            !long.TryParse(n, NumberStyles.Integer, CultureInfo.InvariantCulture, out var num) ||
            !long.TryParse(d, NumberStyles.Integer, CultureInfo.InvariantCulture, out var den) || den <= 0 || num <= 0)
        {
            return false;
        }

        value = new Rational(num, den);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
