using System.Buffers;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding;

/// <summary>What to do with a picture that has come.</summary>
internal enum PictureDecision
{
    Unknown = 0,
    Take = 1,
    Drop = 2,
    Stop = 3,
}

/// <summary>Asked in order of arrival. A stamp that is made up, or missing, is null.</summary>
internal delegate PictureDecision PictureJudge(long? pts);

/// <summary>Given the picture, planes packed; owns it from then on.</summary>
internal delegate void PictureReceiver(IMemoryOwner<byte> picture, long pts);

/// <summary>One decode under way in another process.</summary>
internal interface IPictureRun : IAsyncDisposable
{
    /// <summary>Reads to the end, or to a <see cref="PictureDecision.Stop"/>, on a thread of its own: a blocked thread of the pool would hold up everybody else.</summary>
    /// <returns>Null, or what was wrong with the stream.</returns>
    Task<string?> ReadAsync(PictureJudge judge, PictureReceiver receive, CancellationToken cancellationToken);

    void Kill();

    /// <summary>After the pictures were read to their end, or it was killed.</summary>
    Task<FfmpegExit> WaitForExitAsync(CancellationToken cancellationToken);
}
