using System.Text;
using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Core.Tests.Runs;

public sealed class RunRecordTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptId Attempt = new(2, "7q2k9m0x4c1d");

    private const string GoldenRun = 
        """
        {
          "formatVersion": 1,
          "id": "qwk2r78q4cv6jexc",
          "detectionKey": "qm9rjf2x1th0akg0",
          "manifestHash": "sha256:00ff",
          "configuration": {
            "sampling": {
              "every": 1,
              "framesPerSecond": 12.5,
              "startSeconds": 3,
              "endSeconds": null
            },
            "detector": {
              "model": {
                "name": "faces",
                "version": "1.0.0",
                "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "contractSha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
              },
              "scoreThreshold": 0.5,
              "overlapThreshold": 0.3,
              "minimumFacePixels": 24,
              "parameters": {
                "scales": "1,0.5",
                "tiles": "2x1"
              }
            },
            "affectModels": [
              {
                "name": "one",
                "version": "1.0.0",
                "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "contractSha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
              },
              {
                "name": "two",
                "version": "1.0.0",
                "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "contractSha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
              }
            ],
            "tracking": {
              "maxGapSeconds": 1,
              "maxCost": 0.7,
              "appearanceWeight": 0.4,
              "minimumLikeness": 0.5
            },
            "smoothing": {
              "windowSeconds": 0.5
            },
            "labelSchemaVersion": 1
          },
          "created": "2026-11-22T10:30:00+00:00",
          "projectVersion": "0.1.0",
          "corpusLocation": "az://videos/2026",
          "totals": {
            "videos": 12,
            "unreadableVideos": 1,
            "chunks": 40,
            "frames": 60000,
            "selectedFrames": 30000,
            "bytes": 123456789
          }
        }
        """;

    private const string GoldenDone = 
        """
        {"formatVersion":1,"chunk":"v000003-c00001","attempt":"2-7q2k9m0x4c1d","objectName":"chunks/v000003-c00001.2-7q2k9m0x4c1d.parquet","rows":12,"frames":{"counts":{"frames":20,"labelled":8,"noFace":3,"skipped":7,"failed":2,"faces":9},"skippedByReason":{"sampling":7},"failedByReason":{"Decode":1,"Timeout":1}},"worker":"local-0","started":"2026-11-22T12:00:00+00:00","finished":"2026-11-22T12:00:02.5+00:00","stageSeconds":{"decode":1.25,"infer":0.5},"unexpectedFrames":1,"problem":{"kind":"Decode","message":"two frames are missing","detail":null,"command":null},"statistics":{"n":9}}
        """;

    private const string GoldenFailed = 
        """
        {"formatVersion":1,"chunk":"v000003-c00001","attempt":"2-7q2k9m0x4c1d","videoId":"a/b.mp4","worker":"local-1","at":"2026-11-22T12:00:00+00:00","failure":{"kind":"Decode","message":"ffmpeg stopped","detail":"moov atom","command":null}}
        """;

    private static DoneRecord Done => new()
    {
        Chunk = new ChunkId(3, 1),
        Attempt = Attempt,
        ObjectName = "chunks/v000003-c00001.2-7q2k9m0x4c1d.parquet",
        Rows = 12,
        Frames = new FrameAccounting
        {
            Counts = new FrameCounts(20, 8, 3, 7, 2, 9),
            SkippedByReason = new() { ["sampling"] = 7 },
            FailedByReason = new() { ["Timeout"] = 1, ["Decode"] = 1 },
        },
        Worker = "local-0",
        Started = Noon,
        Finished = Noon.AddSeconds(2.5),
        StageSeconds = new() { ["decode"] = 1.25, ["infer"] = 0.5 },
        UnexpectedFrames = 1,
        Problem = new ChunkFailure(FailureKind.Decode, "two frames are missing"),
        Statistics = JsonSerializer.SerializeToElement(new Dictionary<string, int> { ["n"] = 9 }),
    };

    private static FailedRecord Failed => FailedRecord.Of(
        new FailedAttempt(new LeaseToken(new ChunkId(3, 1), Attempt), "local-1", new ChunkFailure(FailureKind.Decode, "ffmpeg stopped", "moov atom", null), Noon),
        "a/b.mp4");

    [Fact]
    public void RunJson_IsAsPinned()
    {
        Assert.Equal(GoldenRun, Text(RunSamples.Record().ToJson()));
        Assert.Equal(RunSamples.Record(), RunRecord.Parse(Encoding.UTF8.GetBytes(GoldenRun)));
    }

    [Theory]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "format version 2")]
    [InlineData("\"scoreThreshold\": 0.5", "\"scoreThreshold\": 0.4", "edited or damaged")]
    [InlineData("\"corpusLocation\": \"az://videos/2026\",", "", "corpusLocation")]
    [InlineData("{", "[", "Not a run.json")]
    public void RunJson_ThatIsNotWhatWasWritten_IsRefused(string old, string replacement, string expected)
    {
        var text = GoldenRun.Replace(old, replacement, StringComparison.Ordinal);
        Assert.NotEqual(GoldenRun, text);
        Assert.Contains(expected, Assert.Throws<FormatException>(() => RunRecord.Parse(Encoding.UTF8.GetBytes(text))).Message);
    }

    [Fact]
    public void DoneMarker_IsAsPinned()
    {
        Assert.Equal(GoldenDone, Text(Done.ToJson()));
        var read = DoneRecord.Parse(Encoding.UTF8.GetBytes(GoldenDone));
        Assert.True(AreSame(Done, read));
        Assert.Equal(Done.StageSeconds, read.StageSeconds);
        Assert.Equal(9, read.Statistics!.Value.GetProperty("n").GetInt32());
        Assert.Equal(new DoneChunk(new ChunkId(3, 1), Attempt, Done.Frames.Counts), read.ToDoneChunk());
    }

    [Theory]
    [InlineData("\"labelled\":8", "\"labelled\":9", "add up")]
    [InlineData("\"Decode\":1", "\"Decode\":2", "add up")]
    [InlineData("\"formatVersion\":1", "\"formatVersion\":0", "format version 0")]
    [InlineData("2-7q2k9m0x4c1d\",\"obj", "7q2k9m0x4c1d\",\"obj", "Not an attempt")]
    [InlineData("\"rows\":12,", "", "rows")]
    public void DoneMarker_ThatDoesNotAddUp_IsRefused(string old, string replacement, string expected)
    {
        var text = GoldenDone.Replace(old, replacement, StringComparison.Ordinal);
        Assert.NotEqual(GoldenDone, text);
        Assert.Contains(expected, Assert.Throws<FormatException>(() => DoneRecord.Parse(Encoding.UTF8.GetBytes(text))).Message);
    }

    [Fact]
    public void DoneMarker_WithoutStatistics_CanBeWrittenAndRead() =>
        Assert.Null(DoneRecord.Parse((Done with { Statistics = null }).ToJson()).Statistics);

    [Fact]
    public void FailureRecord_IsAsPinned()
    {
        Assert.Equal(GoldenFailed, Text(Failed.ToJson()));
        Assert.Equal(Failed, FailedRecord.Parse(Encoding.UTF8.GetBytes(GoldenFailed)));
        Assert.Equal(Failed.Failure, Failed.ToFailedAttempt().Failure);
        Assert.Throws<FormatException>(() => FailedRecord.Parse("{}"u8));
        Assert.Throws<FormatException>(() => FailedRecord.Parse("null"u8));
    }

    private static bool AreSame(DoneRecord a, DoneRecord b) =>
        a.Chunk == b.Chunk && a.Attempt == b.Attempt && a.ObjectName == b.ObjectName && a.Rows == b.Rows && a.Frames == b.Frames && a.Worker == b.Worker &&
        a.Started == b.Started && a.Finished == b.Finished && a.UnexpectedFrames == b.UnexpectedFrames && a.Problem == b.Problem;

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
