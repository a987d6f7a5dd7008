namespace Affect.Decoder;

/// <summary>
/// What the helper and the process that started it say to each other, on the helper's standard input and output. Little-endian, no padding; both sides come from one build,
/// so there are no versions. The helper says <see cref="Hello"/> once. For each <see cref="Order"/> it answers with any number of <see cref="Picture"/> and one <see cref="End"/>. A picture's
/// slot of the shared memory belongs to the receiver from then on, until the receiver writes the slot's number back as one byte. To stop a decode, kill the helper.
/// </summary>
internal static class HelperProtocol
{
    /// <summary>Then int32 libavcodec version (0: the libraries cannot be used) and a text (int32 length, UTF-8) that says why not.</summary>
    public const byte Hello = (byte)'H';

    /// <summary>Then int32 slot, int64 PTS in units of the stream's time base (<see cref="NoPts"/>: it has none).</summary>
    public const byte Picture = (byte)'P';

    /// <summary>Then int32 <see cref="DecodeEnd"/> and the libraries' messages as a text.</summary>
    public const byte End = (byte)'E';

    /// <summary>Begins an order; then int32 length and <see cref="DecodeOrder"/>. Larger than any slot's number.</summary>
    public const byte Order = 0xFF;

    /// <summary>Slots that an order may have.</summary>
    public const int MaxSlots = 0xF0;

    public const int PictureBytes = 12;

    public const long NoPts = long.MinValue; // AV_NOPTS_VALUE, libavutil/avutil.h
}

/// <summary>How a decode ended.</summary>
internal enum DecodeEnd
{
    Unknown = 0,

    /// <summary>The file's end, or the last frame that was asked for.</summary>
    Complete = 1,

    /// <summary>The file or its decoder could not be opened.</summary>
    NotOpened = 2,

    /// <summary>More than two thirds of the packets could not be decoded: what ffmpeg ends with exit code 69 for.</summary>
    TooManyErrors = 3,

    /// <summary>A picture of another size or format came. It was not delivered.</summary>
    PictureChanged = 4,

    /// <summary>The shared memory could not be opened.</summary>
    NoMemory = 5,

    /// <summary>The file's end brought a picture without a time stamp, which ffmpeg makes up.</summary>
    NoTimeStamp = 6,
}
