using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Affect.Vision.Models;

/// <summary>
/// A checked <c>model.json</c> (docs/formats/model.md): what a model is, what it reads and what its outputs mean. Loading it reads and checks the
/// description and the weights' hash, but does not start the model; <see cref="Onnx.OrtSession"/> does.
/// </summary>
public abstract record ModelManifest
{
    public const string FileName = "model.json";

    private protected ModelManifest(ManifestReader reader, string sha256, int opset, ModelInput input)
    {
        ManifestFile = reader.File;
        Name = reader.Text("name");
        Version = reader.Text("version");
        Licence = reader.Text("licence");
        Source = reader.Text("source", string.Empty);
        Description = reader.Text("description", string.Empty);
        Notice = reader.Text("notice", string.Empty);
        OnnxFile = Path.GetFullPath(reader.Text("file"), Path.GetDirectoryName(reader.File)!);
        Sha256 = sha256;
        Opset = opset;
        Input = input;
        Golden = reader.Has("golden") ? ModelGolden.Read(reader.Object("golden"), input) : null;
    }

    /// <summary>Full path of the <c>model.json</c>.</summary>
    public string ManifestFile { get; }

    public string Name { get; }

    public string Version { get; }

    public string Licence { get; }

    public string Source { get; }

    public string Description { get; }

    /// <summary>Words that reach every report made with this model; may be empty.</summary>
    public string Notice { get; }

    /// <summary>Full path of the weights.</summary>
    public string OnnxFile { get; }

    /// <summary>SHA-256 of the weights, lower-case hex, as stated and checked.</summary>
    public string Sha256 { get; }

    /// <summary>ONNX operator set version, as stated and checked.</summary>
    public int Opset { get; }

    public ModelInput Input { get; }

    /// <summary>The self-test; null where the file has none.</summary>
    public ModelGolden? Golden { get; }

    /// <summary>
    /// Identity of everything in this model that changes results: the weights and the parts of <c>model.json</c> that say how they are used.
    /// SHA-256, lower-case hex.
    /// </summary>
    public string Identity { get; private init; } = string.Empty;

    /// <summary>Reads an affect or detector model.</summary>
    /// <param name="path">A <c>model.json</c>, or the folder that holds one.</param>
    public static ModelManifest Load(string path)
    {
        var file = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(file, "The model description cannot be read.", "Give a model.json or the folder that holds one.", error);
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Read(new ManifestReader(file, string.Empty, document.RootElement));
        }
        catch (JsonException error)
        {
            var (line, column) = (error.LineNumber + 1, error.BytePositionInLine + 1);
            throw new ModelException(file, $"It is not valid JSON at line {line}, column {column}.", "Correct the file; docs/formats/model.md describes every key.", error);
        }
    }

    /// <inheritdoc cref="Load"/>
    public static AffectManifest LoadAffect(string path) => Load(path) as AffectManifest
        ?? throw new ModelException(path, "It describes a detector, but an affect model is needed here.", "Give a model whose kind is \"affect\".");

    /// <inheritdoc cref="Load"/>
    public static DetectorManifest LoadDetector(string path) => Load(path) as DetectorManifest
        ?? throw new ModelException(path, "It describes an affect model, but a detector is needed here.", "Give a model whose kind is \"detector\".");

    private static ModelManifest Read(ManifestReader reader)
    {
        if (reader.Integer("formatVersion", 1, int.MaxValue) is var version and not 1)
        {
            throw new ModelException(reader.File, $"Its formatVersion is {version}; this program reads version 1.", "Use a newer program or an older model.");
        }

        var isAffect = reader.Choice("kind", ("affect", true), ("detector", false));
        var opset = reader.Integer("opset", 1, 1000);
        var sha256 = reader.Text("sha256");
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
        {
            throw reader.Error("sha256", "must be 64 hexadecimal digits");
        }

        sha256 = sha256.ToLowerInvariant();
        var input = ModelInput.Read(reader.Object("input"), sizeMayBeFree: !isAffect);
        ModelManifest manifest = isAffect ? new AffectManifest(reader, sha256, opset, input) : new DetectorManifest(reader, sha256, opset, input);
        OnnxFileCheck.Verify(manifest);
        return manifest with { Identity = IdentityOf(reader, sha256, isAffect ? "heads" : "detector") };
    }

    private static string IdentityOf(ManifestReader reader, string sha256, string usageKey)
    {
        var buffer = new MemoryStream();
        buffer.Write(Encoding.UTF8.GetBytes(sha256));
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            reader.Raw("input").WriteTo(writer);
            reader.Raw(usageKey).WriteTo(writer);
            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.ToArray()));
    }
}

/// <summary>A model that labels face crops.</summary>
public sealed record AffectManifest : ModelManifest
{
    internal AffectManifest(ManifestReader reader, string sha256, int opset, ModelInput input)
        : base(reader, sha256, opset, input)
    {
        Crop = FaceCrop.Read(reader.Object("input").Object("crop"));
        Heads = reader.Objects("heads").Select(ModelHead.Read).ToArray();
        if (Heads.Count == 0)
        {
            throw reader.Error("heads", "is empty");
        }

        if (Heads.GroupBy(head => head.Task).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw reader.Error("heads", $"has {twice.Key} twice");
        }
    }

    public FaceCrop Crop { get; }

    /// <summary>At most one per task. Tasks without a head are absent from the labels.</summary>
    public IReadOnlyList<ModelHead> Heads { get; }
}

/// <summary>A model that finds faces.</summary>
public sealed record DetectorManifest : ModelManifest
{
    internal DetectorManifest(ManifestReader reader, string sha256, int opset, ModelInput input)
        : base(reader, sha256, opset, input) =>
        Layout = DetectorLayout.Read(reader.Object("detector"), input);

    public DetectorLayout Layout { get; }
}
