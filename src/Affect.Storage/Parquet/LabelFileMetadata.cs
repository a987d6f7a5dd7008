using System.Globalization;
using System.Text.Json;
using Affect.Core.Labels;

namespace Affect.Storage.Parquet;

/// <summary>Which label file it is. Stored as text: names are never changed.</summary>
public enum LabelFileKind
{
    Unknown = 0,

    /// <summary>One attempt at one chunk: no tracks yet, with the tracker's thumbnails.</summary>
    Chunk = 1,

    /// <summary>Final labels of one video or of several small ones.</summary>
    Labels = 2,
}

/// <summary>
/// What a label file says about itself: text pairs in the Parquet footer. Must agree with docs/formats/labels.md.
/// </summary>
/// <param name="Kind">Chunk file or final labels.</param>
/// <param name="RunId">The run.</param>
/// <param name="ModelHash">Hash of the affect model or models, the same as in the <c>model</c> column.</param>
/// <param name="DetectorHash">Hash of the face detector.</param>
/// <param name="ProjectVersion">Version of the program that wrote the file.</param>
public sealed record LabelFileMetadata(LabelFileKind Kind, string RunId, string ModelHash, string DetectorHash, string ProjectVersion)
{
    internal const string Prefix = "affect.";
    private const string SchemaVersionKey = Prefix + "schema_version";
    private const string KindKey = Prefix + "kind";
    private const string RunKey = Prefix + "run";
    private const string ModelKey = Prefix + "model";
    private const string DetectorKey = Prefix + "detector";
    private const string VersionKey = Prefix + "version";
    private const string UnitsKey = Prefix + "units";

    /// <summary>The columns that a file of this kind holds, in order.</summary>
    internal IReadOnlyList<LabelColumn> Columns => Kind == LabelFileKind.Chunk ? LabelTable.Columns : LabelTable.FinalColumns;

    /// <summary>The pairs as written, in order.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> ToPairs() =>
    [
        new(SchemaVersionKey, LabelSchema.Version.ToString(CultureInfo.InvariantCulture)),
        new(KindKey, Kind == LabelFileKind.Chunk ? "chunk" : "labels"),
        new(RunKey, RunId),
        new(ModelKey, ModelHash),
        new(DetectorKey, DetectorHash),
        new(VersionKey, ProjectVersion),
        new(UnitsKey, Units(Columns)),
    ];

    /// <summary>Reads the pairs of a file.</summary>
    /// <exception cref="InvalidDataException">The file is not a label file, or of another schema version.</exception>
    internal static LabelFileMetadata FromPairs(IReadOnlyDictionary<string, string> pairs, string path)
    {
        string Need(string key) =>
            pairs.GetValueOrDefault(key) ?? throw new InvalidDataException($"{path} is not a label file: it has no {key}.");
        var version = Need(SchemaVersionKey);
        if (version != LabelSchema.Version.ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException($"{path} has label schema {version}; this program reads {LabelSchema.Version}.");
        }

        var kind = Need(KindKey) switch
        {
            "chunk" => LabelFileKind.Chunk,
            "labels" => LabelFileKind.Labels,
            var other => throw new InvalidDataException($"{path} has {KindKey} '{other}'; chunk and labels are known."),
        };
        return new LabelFileMetadata(kind, Need(RunKey), Need(ModelKey), Need(DetectorKey), Need(VersionKey));
    }

    private static string Units(IReadOnlyList<LabelColumn> columns)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                json.WriteString(column.Name, column.Unit);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
