namespace Affect.Vision.Ffmpeg;

/// <summary>Where ffmpeg and ffprobe are. Names without a folder are looked up in PATH when a process starts.</summary>
/// <param name="Ffmpeg">Program name or path of ffmpeg.</param>
/// <param name="Ffprobe">Program name or path of ffprobe.</param>
public sealed record FfmpegTools(string Ffmpeg, string Ffprobe)
{
    /// <summary>Path of the ffmpeg program to use; ffprobe is taken from the same folder.</summary>
    public const string EnvironmentVariable = "AFFECT_FFMPEG";

    /// <summary>The path given, else that of the environment variable, else what PATH gives.</summary>
    public static FfmpegTools Find(string? ffmpegPath)
    {
        var path = string.IsNullOrEmpty(ffmpegPath) ? Environment.GetEnvironmentVariable(EnvironmentVariable) : ffmpegPath;
        if (string.IsNullOrEmpty(path))
        {
            return new FfmpegTools("ffmpeg", "ffprobe");
        }

        var folder = Path.GetDirectoryName(path);
        return new FfmpegTools(path, string.IsNullOrEmpty(folder) ? "ffprobe" : Path.Combine(folder, "ffprobe"));
    }

    /// <summary>The file that a start of ffmpeg would run; null where there is none.</summary>
    public string? FfmpegFile()
    {
        if (Ffmpeg.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(Ffmpeg) ? Ffmpeg : null;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, Ffmpeg)).FirstOrDefault(File.Exists);
    }
}

/// <summary>ffmpeg or ffprobe could not be started: a fault of the machine, not of the data, so it is thrown rather than recorded.</summary>
public sealed class FfmpegUnavailableException : Exception
{
    public FfmpegUnavailableException(string program, Exception inner)
        : base(
            $"Cannot start '{program}': {inner.Message}. Install ffmpeg (Debian: apt-get install ffmpeg) or set {FfmpegTools.EnvironmentVariable} to its path.",
            inner)
    {
    }
}
