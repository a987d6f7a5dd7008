namespace Affect.Engine.Verification;

/// <summary>A difference between what a run holds and what it should.</summary>
/// <param name="Check">Which check found it: plan, marker, chunk, labels or sample.</param>
/// <param name="Video">The video's id, or null where it concerns the whole run.</param>
/// <param name="Chunk">The chunk's id, or null.</param>
/// <param name="Frame">Rank of the frame in the video, or null.</param>
/// <param name="Message">What is different.</param>
public sealed record Finding(string Check, string? Video, string? Chunk, long? Frame, string Message);

/// <summary>Collects findings: all are counted, the first are kept. Thread-safe.</summary>
internal sealed class Findings
{
    /// <summary>Findings kept; a broken run can have one for every row.</summary>
    public const int MostKept = 200;

    private readonly Lock _gate = new();
    private readonly List<Finding> _kept = [];

    public long Count { get; private set; }

    public IReadOnlyList<Finding> Kept => _kept;

    public void Add(string check, string? video, string? chunk, long? frame, string message)
    {
        lock (_gate)
        {
            Count++;
            if (_kept.Count < MostKept)
            {
                _kept.Add(new Finding(check, video, chunk, frame, message));
            }
        }
    }
}
