namespace Affect.Vision.Decoding.Nut;

/// <summary>One of the 256 frame codes: what a frame that begins with that byte has in common with others of its kind.</summary>
internal readonly record struct NutFrameCode(int Flags, long PtsDelta, int SizeMul, int SizeLsb, int ReservedCount, int HeaderIndex)
{
    /// <summary>Reads the run-length coded table of the main header into 256 entries.</summary>
    public static void ReadTable(NutInput header, NutFrameCode[] codes)
    {
        var pts = 0L;
        var mul = 1;
        var headerIndex = 0;
        for (var i = 0; i < 256;)
        {
            var flags = header.ReadV(int.MaxValue, "frame code flags");
            var fields = header.ReadV(256, "frame code fields");
            pts = fields > 0 ? header.ReadS() : pts;
            mul = fields > 1 ? header.ReadV(1 << 20, "size_mul") : mul;
            if (fields > 2)
            {
                header.ReadV(0, "stream id");
            }

            var lsb = fields > 3 ? header.ReadV(1 << 20, "size_lsb") : 0;
            var reserved = fields > 4 ? header.ReadV(256, "reserved count") : 0;
            var count = fields > 5 ? header.ReadV(256, "run length") : mul - lsb;
            if (fields > 6)
            {
                header.ReadS();
            }

            headerIndex = fields > 7 ? header.ReadV(127, "elision header") : headerIndex;
            for (var k = 8; k < fields; k++)
            {
                header.ReadV();
            }

            // 'N' begins every start code, so it is no frame code and takes no part in the runs.
            if (count <= 0 || count > 256 - i - (i <= 'N' ? 1 : 0))
            {
                throw new InvalidDataException($"NUT: run of {count} frame codes at {i}.");
            }

            for (var j = 0; j < count; i++)
            {
                if (i == 'N')
                {
                    codes[i] = new NutFrameCode(NutFormat.FlagInvalid, 0, 0, 0, 0, 0);
                    continue;
                }

                codes[i] = new NutFrameCode(flags, pts, mul, lsb + j, reserved, headerIndex);
                j++;
            }
        }
    }
}
