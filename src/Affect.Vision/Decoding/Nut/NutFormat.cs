namespace Affect.Vision.Decoding.Nut;

/// <summary>
/// The parts of the NUT container (https://ffmpeg.org/nut.html, "NUT Open Container Format", version 3) that a single video stream needs. Must agree with
/// <see cref="NutReader"/> and <see cref="NutWriter"/>. Numbers marked v are big-endian groups of 7 bits, high bit = more follow; s is v with the sign in bit 0.
/// <code>
/// file    "nut/multimedia container\0" main stream* info* (syncpoint | frame | repeated headers | index)*
/// packet  startcode u64, forward_ptr v (payload + 4), [header CRC u32 if forward_ptr > 4096], payload, CRC u32
/// main    version v, streams v, max_distance v, time_base_count v, {num v, den v}*, frame code table, elision headers
/// stream  id v, class v, fourcc vb, time_base_id v, msb_pts_shift v, max_pts_distance v, decode_delay v, flags v, extradata vb, width v, height v, ...
/// sync    global pts (v: pts * time_base_count + time_base_id), back_ptr v
/// frame   code u8, then what its flags ask for: [flags v] [stream v] [coded_pts v] [size_msb v] [match s] [elision v] [reserved v] [CRC u32], data
/// </code>
/// </summary>
internal static class NutFormat
{
    public const string FileId = "nut/multimedia container\0";
    public const int Version = 3;

    public const ulong MainStart = 0x4E4D7A561F5F04AD;
    public const ulong StreamStart = 0x4E5311405BF2F9DB;
    public const ulong SyncpointStart = 0x4E4BE4ADEECA4569;
    public const ulong IndexStart = 0x4E58DD672F23E64E;
    public const ulong InfoStart = 0x4E49AB68B596BA78;

    /// <summary>Packets of more than this many bytes carry a checksum of their own header.</summary>
    public const int HeaderChecksumLimit = 4096;

    public const int FlagKey = 1;
    public const int FlagCodedPts = 1 << 3;
    public const int FlagStreamId = 1 << 4;
    public const int FlagSizeMsb = 1 << 5;
    public const int FlagChecksum = 1 << 6;
    public const int FlagReserved = 1 << 7;
    public const int FlagSideData = 1 << 8;
    public const int FlagHeaderIndex = 1 << 10;
    public const int FlagMatchTime = 1 << 11;
    public const int FlagCoded = 1 << 12;
    public const int FlagInvalid = 1 << 13;

    private static readonly uint[] CrcTable = BuildCrcTable();

    /// <summary>CRC-32 with polynomial 04C11DB7, most significant bit first, start 0, no final xor: over data and its stored CRC it gives 0.</summary>
    public static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var b in data)
        {
            crc = (crc << 8) ^ CrcTable[(crc >> 24) ^ b];
        }

        return crc;
    }

    private static uint[] BuildCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 0x80000000) != 0 ? (value << 1) ^ 0x04C11DB7 : value << 1;
            }

            table[i] = value;
        }

        return table;
    }
}
