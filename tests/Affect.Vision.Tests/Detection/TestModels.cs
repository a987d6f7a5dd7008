namespace Affect.Vision.Tests.Detection;

/// <summary>Where the tests find models and clips.</summary>
internal static class TestModels
{
    public static string Root { get; } = FindRoot();

    public static string DefaultDetector => Path.Combine(Root, "models", "detector-mediapipe-full-range");

    public static string DefaultAffect => Path.Combine(Root, "models", "affect-small");

    public static string Teacher => Path.Combine(Root, "tests", "data", "teacher-expression");

    public static string TeacherWeights => Path.Combine(Root, ".deps", "teacher-expression", "model.onnx");

    /// <summary>Detectors and clips that are not part of the project; tests that need them skip where they are not.</summary>
    public static string Shared => Environment.GetEnvironmentVariable("AFFECT_SHARED") ?? Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    public static string Sample(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("AFFECT_DEPS") ?? Path.Combine(Root, ".deps"), "samples", name);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Affect.Distributed.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside of the repository's folder.");
    }
}
