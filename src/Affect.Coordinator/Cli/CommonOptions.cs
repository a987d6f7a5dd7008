using System.CommandLine;

namespace Affect.Coordinator.Cli;

/// <summary>Arguments and options that several commands share, each defined once.</summary>
internal static class CommonOptions
{
    public static Option<string> Out() => new("--out", "-o")
    {
        Description = "Folder or az://container/prefix that holds the runs",
        DefaultValueFactory = _ => "affect-out",
    };

    public static Option<string[]> Models() => new("--model", "-m")
    {
        Description = "Affect model: a name (affect models list) or a folder with model.json; several are averaged",
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> Detector() => new("--detector") { Description = "Face detector: a name or a folder with model.json" };

    public static Option<string> Device() => new("--device") { Description = "cpu, cuda:N or tensorrt:N", DefaultValueFactory = _ => "cpu" };

    public static Option<string> Decoder() => new("--decoder") { Description = "cpu, cuda, vaapi or auto", DefaultValueFactory = _ => "cpu" };

    public static Argument<string> Run() => new("run") { Description = "A run's id, the beginning of it, or the path of its folder" };

    /// <summary>Refuses a value outside of its range, naming the range.</summary>
    public static void Range<T>(Option<T> option, Func<T?, bool> holds, string range) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && !result.Errors.Any() && !holds(result.GetValueOrDefault<T>()))
        {
            result.AddError($"{option.Name} must be {range}.");
        }
    });
}
