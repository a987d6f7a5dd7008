using Affect.Core.Failures;

namespace Affect.Vision.Probing;

/// <summary>Says whether a path is a file that this process may read, in the system's own words, before ffmpeg is asked.</summary>
internal static class LocalFile
{
    public static ChunkFailure? WhyUnreadable(string path)
    {
        if (Directory.Exists(path))
        {
            return new ChunkFailure(FailureKind.Unreadable, "This is a folder, not a video file.", path);
        }

        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(handle) == 0 ? new ChunkFailure(FailureKind.NotAVideo, "The file is empty (0 bytes).", path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new ChunkFailure(FailureKind.Unreadable, "The file is not there or may not be read.", e.Message);
        }
    }
}
