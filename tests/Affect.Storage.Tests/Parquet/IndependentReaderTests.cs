using System.Text.Json;
using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Storage.Tests.Parquet;

/// <summary>What a reader that shares no code with the writer finds in the files (hyparquet, under Node).</summary>
public sealed class IndependentReaderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(LabelFileKind.Chunk)]
    [InlineData(LabelFileKind.Labels)]
    public async Task EveryValueAndThePairs(LabelFileKind kind)
    {
        var metadata = TestRows.Chunk with { Kind = kind };
        var rows = TestRows.Make(11, 2000, "session 1/ünï 日本.mp4", appearance: kind == LabelFileKind.Chunk);
        await LabelParquet.WriteAsync(rows, metadata, _folder.File("a.parquet"), Token);
        using var read = await ReadAsync("a.parquet");
        var root = read.RootElement;

        Assert.Equal(rows.Count, root.GetProperty("rows").GetArrayLength());
        var columns = kind == LabelFileKind.Chunk ? LabelTable.Columns : LabelTable.FinalColumns;
        var index = 0;
        foreach (var row in root.GetProperty("rows").EnumerateArray())
        {
            Assert.Equal(columns.Select(c => c.Name), row.EnumerateObject().Select(p => p.Name));
            var expected = Expected(rows[index++]);
            foreach (var value in row.EnumerateObject())
            {
                AssertSame(expected[value.Name], value.Value, $"row {index - 1} {value.Name}");
            }
        }

        var pairs = root.GetProperty("pairs").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        Assert.Equal("1", pairs["affect.schema_version"]);
        Assert.Equal(kind == LabelFileKind.Chunk ? "chunk" : "labels", pairs["affect.kind"]);
        Assert.Equal("run-1", pairs["affect.run"]);
        Assert.Equal("sha256:model'quote", pairs["affect.model"]);
        Assert.Equal("sha256:detector", pairs["affect.detector"]);
        Assert.Equal("0.1.0", pairs["affect.version"]);
        using var units = JsonDocument.Parse(pairs["affect.units"]);
        Assert.Equal(columns.Select(c => (c.Name, c.Unit)), units.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)));
        Assert.Equal(["ZSTD"], root.GetProperty("codecs").EnumerateArray().Select(c => c.GetString()!));
    }

    [Fact]
    public async Task Physical_SchemaRowGroupsAndDictionaries()
    {
        var rows = TestRows.Make(12, 50_000, "v", appearance: false);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a.parquet"), Token);
        using var read = await ReadAsync("a.parquet", "footer");
        var groups = read.RootElement.GetProperty("rowGroups").EnumerateArray().Select(g => g.GetInt32()).ToList();
        Assert.Equal(rows.Count, groups.Sum());
        Assert.All(groups.SkipLast(1), g => Assert.Equal(LabelParquet.RowGroupRows, g));
        var dictionaries = read.RootElement.GetProperty("dictionaries").EnumerateArray().Select(d => d.GetString()!).ToList();
        Assert.All(LabelTable.FinalColumns.OfType<TextColumn>(), c => Assert.Contains(c.Name, dictionaries));
        var schema = read.RootElement.GetProperty("schema").EnumerateArray().Select(s => s.GetString()!).ToList();
        Assert.Equal(LabelTable.FinalColumns.Select(c => $"{c.Name} {Physical(c.TypeName)}"), schema);
    }

    private static string Physical(string type) => type switch
    {
        "VARCHAR" => "BYTE_ARRAY OPTIONAL UTF8",
        "BIGINT" => "INT64 OPTIONAL INT_64",
        "INTEGER" => "INT32 OPTIONAL INT_32",
        "FLOAT" => "FLOAT OPTIONAL -",
        "DOUBLE" => "DOUBLE OPTIONAL -",
        _ => "BYTE_ARRAY OPTIONAL -",
    };

    // Written out by hand, not through LabelTable's getters: those are what is tested.
    private static Dictionary<string, object?> Expected(LabelRow r)
    {
        var values = new Dictionary<string, object?>
        {
            ["video"] = r.Video, ["frame"] = r.Frame, ["pts"] = r.Pts, ["time_s"] = r.TimeSeconds,
            ["status"] = r.Status switch { FrameStatus.Face => "face", FrameStatus.NoFace => "no_face", _ => "failed" },
            ["reason"] = r.Reason, ["face"] = r.Face < 0 ? null : r.Face, ["track"] = r.Track < 0 ? null : r.Track,
            ["box_x"] = r.BoxX, ["box_y"] = r.BoxY, ["box_w"] = r.BoxWidth, ["box_h"] = r.BoxHeight, ["det_score"] = r.DetectionScore,
            ["yaw"] = r.YawDegrees, ["pitch"] = r.PitchDegrees, ["roll"] = r.RollDegrees, ["size_px"] = r.SizePixels, ["sharpness"] = r.Sharpness,
            ["valence"] = r.Valence, ["arousal"] = r.Arousal, ["expression"] = r.Expression < 0 ? null : LabelSchema.Expressions[r.Expression],
            ["chunk"] = r.Chunk, ["model"] = r.Model, ["appearance"] = r.Appearance.Length == 0 ? null : Convert.ToHexStringLower(r.Appearance),
        };
        string[] points = ["right_eye_x", "right_eye_y", "left_eye_x", "left_eye_y", "nose_x", "nose_y", "mouth_x", "mouth_y"];
        string[] expressions =
            ["expr_Neutral", "expr_Anger", "expr_Disgust", "expr_Fear", "expr_Happiness", "expr_Sadness", "expr_Surprise", "expr_Contempt", "expr_Other"];
        string[] units = ["AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26"];
        foreach (var (names, numbers) in new[] { (points, r.Landmarks), (expressions, r.Expressions), (units, r.ActionUnits) })
        {
            for (var i = 0; i < names.Length; i++)
            {
                values[names[i]] = numbers.Length == 0 ? null : numbers[i];
            }
        }

        return values;
    }

    private static void AssertSame(object? expected, JsonElement actual, string where)
    {
        var same = expected switch
        {
            null => actual.ValueKind == JsonValueKind.Null,
            float.NaN => actual.ValueKind == JsonValueKind.Null,
            float f => actual.ValueKind == JsonValueKind.Number && actual.GetDouble() == f,
            double d => actual.ValueKind == JsonValueKind.Number && actual.GetDouble() == d,
            long l => actual.GetString() == $"{l}",
            int i => actual.ValueKind == JsonValueKind.Number && actual.GetInt32() == i,
            _ => actual.GetString() == (string)expected,
        };
        Assert.True(same, $"{where}: wrote {expected ?? "null"}, read {actual}");
    }

    private async Task<JsonDocument> ReadAsync(string name, string part = "all")
    {
        var script = Path.Combine(TestFolder.RepositoryRoot, "tests/Affect.Storage.Tests/Parquet/read.mjs");
        var modules = Path.GetDirectoryName(TestTools.NodeModule("hyparquet"))!;
        return JsonDocument.Parse(await TestTools.NodeAsync(script, modules, _folder.File(name), part));
    }
}
