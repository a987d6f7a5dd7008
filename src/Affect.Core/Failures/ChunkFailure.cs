namespace Affect.Core.Failures;

/// <summary>A data failure as a value: recorded, reported, never thrown.</summary>
/// <param name="Kind">The class of the failure.</param>
/// <param name="Message">One sentence for people: the cause and the way out.</param>
/// <param name="Detail">The tool's own words (the tail of ffmpeg's stderr), or null.</param>
/// <param name="Command">A command line that reproduces the failure, or null.</param>
public sealed record ChunkFailure(FailureKind Kind, string Message, string? Detail = null, string? Command = null);
