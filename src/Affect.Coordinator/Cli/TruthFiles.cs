using Affect.Core.Annotations;

namespace Affect.Coordinator.Cli;

/// <summary>Reads the annotation files of a folder. Layouts: docs/metrics.md.</summary>
internal static class TruthFiles
{
    /// <exception cref="CommandException">There is nothing at the place, or no annotation file in it.</exception>
    public static IReadOnlyList<AnnotationFile> Read(string path)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsAnnotation).Order(StringComparer.Ordinal)]
            : File.Exists(path) ? [path]
            : throw new CommandException(ExitCodes.NoInput, $"--truth: there is no file or folder {path}");
        return files.Length > 0
            ? [.. files.Select(file => ReadOne(path, file))]
            : throw new CommandException(ExitCodes.NoInput, $"--truth: {path} holds no .txt and no .csv file");
    }

    private static AnnotationFile ReadOne(string root, string file)
    {
        using var reader = File.OpenText(file);
        return AnnotationReader.Read(Directory.Exists(root) ? Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/') : Path.GetFileName(file), reader);
    }

    private static bool IsAnnotation(string file) => Path.GetExtension(file).ToLowerInvariant() is ".txt" or ".csv";
}
