using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>A program that stands for ffmpeg.</summary>
internal sealed class StandIn : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("affect-test-").FullName;

    public StandIn(string script)
    {
        var path = Path.Combine(_folder, "ffmpeg");
        File.WriteAllText(path, script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Tools = new FfmpegTools(path, Decodes.Tools.Ffprobe);
    }

    public FfmpegTools Tools { get; }

    /// <summary>Where the script can leave something: <c>$(dirname "$0")/calls</c>.</summary>
    public string[] Calls => File.Exists(Path.Combine(_folder, "calls")) ? File.ReadAllLines(Path.Combine(_folder, "calls")) : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
