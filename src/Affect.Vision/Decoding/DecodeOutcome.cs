using Affect.Core.Failures;

namespace Affect.Vision.Decoding;

/// <summary>A frame that was asked for and did not come.</summary>
/// <param name="Rank">Rank in the whole video.</param>
/// <param name="Kind">Class of the failure.</param>
/// <param name="Reason">One sentence.</param>
public sealed record MissingFrame(int Rank, FailureKind Kind, string Reason);

/// <summary>
/// The account of one decode: every rank asked for is either delivered or missing.
/// </summary>
/// <param name="Delivered">Number of frames delivered.</param>
/// <param name="Missing">Frames that never came, ascending by rank.</param>
/// <param name="UnexpectedPictures">Pictures ffmpeg gave that the index does not list, or gave twice; they were dropped.</param>
/// <param name="Failure">
/// What went wrong with the process as a whole, or null. Set when it stalled, or ended badly and frames are missing; then the chunk is worth another attempt.
/// </param>
/// <param name="ExitCode">Of the last ffmpeg process.</param>
/// <param name="Stderr">First and last part of ffmpeg's words; empty where it had no complaint.</param>
/// <param name="Command">A command line that does the same.</param>
/// <param name="Attempts">Processes started: more than 1 where a seek did not land at the keyframe.</param>
public sealed record DecodeOutcome(
    int Delivered,
    IReadOnlyList<MissingFrame> Missing,
    int UnexpectedPictures,
    ChunkFailure? Failure,
    int ExitCode,
    string Stderr,
    string Command,
    int Attempts);
