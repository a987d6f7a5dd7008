namespace Affect.Vision.Pixels;

/// <summary>How the samples of a <see cref="PlanarImage"/> are laid out. All formats have 8 bits per sample.</summary>
public enum PlanarFormat
{
    Unknown = 0,

    /// <summary>Y at full size, U and V at half width and half height (rounded up).</summary>
    I420 = 1,

    /// <summary>Y, U and V at full size.</summary>
    I444 = 2,

    /// <summary>Y only.</summary>
    Gray8 = 3,
}

/// <summary>Which luma weights turn RGB into Y.</summary>
public enum ColourMatrix
{
    Unknown = 0,
    Bt601 = 1,
    Bt709 = 2,
    Bt2020 = 3,
}

/// <summary>Which sample values mean black and white.</summary>
public enum ColourRange
{
    Unknown = 0,

    /// <summary>Y in 16..235, U and V in 16..240.</summary>
    Limited = 1,

    /// <summary>All samples in 0..255.</summary>
    Full = 2,
}
