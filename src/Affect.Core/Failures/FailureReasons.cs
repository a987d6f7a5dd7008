namespace Affect.Core.Failures;

/// <summary>The short stable words under which failures are counted: in label rows, accounting and reports.</summary>
public static class FailureReasons
{
    /// <summary>Frames that sampling leaves out.</summary>
    public const string Sampling = "sampling";

    /// <summary>Word of a failure kind: lower case, words joined by '_'. Stored: never changed.</summary>
    public static string Of(FailureKind kind) => kind switch
    {
        FailureKind.Unreadable => "unreadable",
        FailureKind.NotAVideo => "not_a_video",
        FailureKind.NoVideoStream => "no_video_stream",
        FailureKind.NoFrames => "no_frames",
        FailureKind.UnsupportedCodec => "unsupported_codec",
        FailureKind.Decode => "decode",
        FailureKind.Timeout => "timeout",
        FailureKind.ContentChanged => "content_changed",
        FailureKind.Storage => "storage",
        FailureKind.WorkerLost => "worker_lost",
        FailureKind.Model => "model",
        _ => "unknown",
    };
}
