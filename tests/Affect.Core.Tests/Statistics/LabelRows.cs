using Affect.Core.Labels;
using Affect.Core.Planning;

namespace Affect.Core.Tests.Statistics;

/// <summary>Seeded label rows with every kind of row: several faces, none, failed frames, absent heads, absent classes.</summary>
internal static class LabelRows
{
    public static readonly float[] Thresholds = [.. LabelSchema.ActionUnits.Select((_, i) => 0.3f + (0.03f * i))];

    public static List<LabelRow> Make(Random random, string video, long firstFrame, int frames, string chunk = "v000000-c00000")
    {
        var rows = new List<LabelRow>();
        for (var f = 0; f < frames; f++)
        {
            var frame = firstFrame + f;
            var kind = random.Next(10);
            if (kind == 0)
            {
                rows.Add(Row(video, frame, FrameStatus.NoFace, chunk));
            }
            else if (kind == 1)
            {
                rows.Add(Row(video, frame, FrameStatus.Failed, chunk) with { Reason = random.Next(2) == 0 ? "decoder gave no picture" : null });
            }
            else if (kind != 2)
            {
                var faces = random.Next(1, 5);
                for (var face = 0; face < faces; face++)
                {
                    rows.Add(Face(random, video, frame, face, chunk));
                }
            }
        }

        return rows;
    }

    public static LabelRow Row(string video, long frame, FrameStatus status, string chunk = "v000000-c00000") => new()
    {
        Video = video, Frame = frame, Pts = frame * 512, TimeSeconds = frame / 25.0, Status = status, Chunk = chunk, Model = "m",
    };

    public static LabelRow Face(Random random, string video, long frame, int face, string chunk = "v000000-c00000")
    {
        var expressions = Enumerable.Range(0, LabelSchema.Expressions.Count).Select(_ => random.NextSingle()).ToArray();
        expressions[8] = float.NaN;
        var sum = expressions.Take(8).Sum();
        for (var i = 0; i < 8; i++)
        {
            expressions[i] /= sum;
        }

        var units = Enumerable.Range(0, LabelSchema.ActionUnits.Count).Select(_ => random.NextSingle()).ToArray();
        units[9] = float.NaN;
        var size = 5 + (random.NextSingle() * 300);
        var labelled = random.Next(8) != 0;
        return Row(video, frame, FrameStatus.Face, chunk) with
        {
            Face = face,
            BoxX = random.NextSingle() * 500,
            BoxY = random.NextSingle() * 300,
            BoxWidth = size,
            BoxHeight = size,
            SizePixels = size,
            DetectionScore = random.NextSingle(),
            Sharpness = MathF.Exp(random.NextSingle() * 12),
            YawDegrees = (random.NextSingle() * 200) - 100,
            PitchDegrees = (random.NextSingle() * 200) - 100,
            RollDegrees = (random.NextSingle() * 360) - 180,
            Valence = labelled ? (random.NextSingle() * 2) - 1 : float.NaN,
            Arousal = labelled ? (random.NextSingle() * 2) - 1 : float.NaN,
            Expressions = labelled ? expressions : [],
            Expression = labelled ? Array.IndexOf(expressions, expressions.Take(8).Max()) : -1,
            ActionUnits = labelled ? units : [],
        };
    }

    /// <summary>Chunks of a few videos with consistent frame counts, in plan order.</summary>
    public static List<(ChunkSpec Spec, long VideoFrames, List<LabelRow> Rows)> Run(int seed, int videos = 3)
    {
        var random = new Random(seed);
        var chunks = new List<(ChunkSpec, long, List<LabelRow>)>();
        for (var v = 0; v < videos; v++)
        {
            var lengths = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(1, 40)).ToArray();
            long first = 0;
            for (var c = 0; c < lengths.Length; c++)
            {
                var id = new ChunkId(v, c);
                var spec = new ChunkSpec(id, $"video{v}", first, lengths[c], first * 512, (first + lengths[c]) * 512);
                chunks.Add((spec, lengths.Sum(), Make(random, spec.VideoId, first, lengths[c], id.ToString())));
                first += lengths[c];
            }
        }

        return chunks;
    }
}
