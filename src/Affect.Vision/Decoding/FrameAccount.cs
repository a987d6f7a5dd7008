using Affect.Core.Failures;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding;

/// <summary>Keeps the account of one decode: which wanted ranks came, and how many pictures fitted nowhere. For one thread.</summary>
internal sealed class FrameAccount(int[] wanted)
{
    private readonly bool[] _seen = new bool[wanted.Length];
    private readonly Dictionary<int, MissingFrame> _failed = [];
    private int _unexpected;

    public int DeliveredCount { get; private set; }

    /// <summary>True if the picture of this rank is wanted and has not come yet.</summary>
    /// <param name="isExtra">A picture that need not be wanted (the witness of a seek, or one before the chunk).</param>
    public bool Take(int rank, bool isExtra)
    {
        var at = rank < 0 ? -1 : Array.BinarySearch(wanted, rank);
        if (at >= 0 && !_seen[at])
        {
            return true;
        }

        // A known frame between two wanted ones is only there because the selection was too long to be an expression.
        if (at >= 0 || (rank < 0 && !isExtra))
        {
            _unexpected++;
        }

        return false;
    }

    public void Delivered(int rank)
    {
        _seen[Array.BinarySearch(wanted, rank)] = true;
        DeliveredCount++;
    }

    /// <summary>Notes why this frame will not come, where that is known of the frame itself.</summary>
    public void Fail(int rank, FailureKind kind, string reason) => _failed[rank] = new MissingFrame(rank, kind, reason);

    /// <param name="kind">Class of the failure of the frames that did not come.</param>
    /// <param name="reason">Their reason.</param>
    /// <param name="failure">What went wrong as a whole; by default a failure is made of kind and reason where that is a timeout or the decoder's.</param>
    public DecodeOutcome Close(FailureKind kind, string reason, ChunkFailure? failure, FfmpegExit? exit, int attempts)
    {
        var missing = new List<MissingFrame>();
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!_seen[i])
            {
                missing.Add(_failed.GetValueOrDefault(wanted[i]) ?? new MissingFrame(wanted[i], kind, reason));
            }
        }

        var stderr = exit?.Stderr ?? "";
        if (failure is null && kind is FailureKind.Timeout or FailureKind.UnsupportedCodec)
        {
            failure = new ChunkFailure(kind, reason);
        }

        // A process that ended badly after all frames had come has done its work.
        failure = missing.Count == 0 ? null : failure;
        if (failure is { Detail: null, Command: null } && exit is not null)
        {
            failure = failure with { Detail = stderr.Length == 0 ? null : stderr, Command = exit.Command };
        }

        return new DecodeOutcome(DeliveredCount, missing, _unexpected, failure, exit?.Code ?? 0, stderr, exit?.Command ?? "", attempts);
    }
}
