using System.Text.Json;

namespace Affect.Engine.Models;

/// <summary>
/// Finds model folders. A model is named by its folder's name below <c>models/</c> of the installation or by the name in its <c>model.json</c>, or by the path
/// of a folder that holds a <c>model.json</c>, or of that file itself.
/// </summary>
public sealed class ModelLocator(string home)
{
    /// <summary>The affect model used where none is named.</summary>
    public const string DefaultAffectModel = "affect-small";

    /// <summary>The detector used where none is named.</summary>
    public const string DefaultDetector = "detector-mediapipe-full-range";

    /// <summary>Folder of the shipped models.</summary>
    public string ModelsFolder { get; } = Path.Combine(home, "models");

    /// <summary>Path of the model's folder, or null where there is no such model.</summary>
    public string? Find(string nameOrPath)
    {
        foreach (var candidate in new[] { nameOrPath, Path.Combine(ModelsFolder, nameOrPath) })
        {
            if (Path.GetFileName(candidate) == "model.json" && File.Exists(candidate))
            {
                return Path.GetDirectoryName(Path.GetFullPath(candidate));
            }

            if (File.Exists(Path.Combine(candidate, "model.json")))
            {
                return Path.GetFullPath(candidate);
            }
        }

        return Names().Where(name => OwnName(name) == nameOrPath).Select(name => Path.GetFullPath(Path.Combine(ModelsFolder, name))).FirstOrDefault();
    }

    /// <summary>Names of the shipped models in ordinal order.</summary>
    public IReadOnlyList<string> Names() => Directory.Exists(ModelsFolder)
        ? [.. Directory.EnumerateDirectories(ModelsFolder).Where(d => File.Exists(Path.Combine(d, "model.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)]
        : [];

    private string? OwnName(string folder)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(Path.Combine(ModelsFolder, folder, "model.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // A description that cannot be read has no name; using the model says why.
            return null;
        }
    }
}
