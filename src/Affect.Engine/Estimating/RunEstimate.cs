namespace Affect.Engine.Estimating;

/// <summary>What labelling a few frames of one video showed.</summary>
/// <param name="Video">The video's id.</param>
/// <param name="Frames">Frames labelled, over all lanes.</param>
/// <param name="FacesPerFrame">Faces found a frame.</param>
/// <param name="SlowestFramesPerSecond">Of all lanes together, at the slower place of the video.</param>
/// <param name="FastestFramesPerSecond">The same at the faster one.</param>
/// <param name="StartSeconds">Time from the start of a chunk to its first frame, less one frame's time.</param>
public sealed record SampledVideo(
    string Video, int Frames, double FacesPerFrame, double SlowestFramesPerSecond, double FastestFramesPerSecond, double StartSeconds)
{
    public double FramesPerSecond => (SlowestFramesPerSecond + FastestFramesPerSecond) / 2;
}

/// <summary>A figure and the range in which it is expected.</summary>
public sealed record EstimateRange(double Low, double Expected, double High);

/// <summary>What a run will take, from a sample labelled on this machine with the run's own models.</summary>
/// <param name="Samples">What was measured.</param>
/// <param name="Lanes">Lanes that worked at the same time in the sample.</param>
/// <param name="FramesPerSecond">Of the whole run, its mean.</param>
/// <param name="Seconds">Time to label; probing and the final pass come on top and are small beside it.</param>
/// <param name="DiskBytes">Chunk files, markers and final labels.</param>
/// <param name="BytesPerRow">Of a chunk file.</param>
/// <param name="MeasuringSeconds">How long the sample took.</param>
public sealed record RunEstimate(
    IReadOnlyList<SampledVideo> Samples, int Lanes, double FramesPerSecond, EstimateRange Seconds, EstimateRange DiskBytes, double BytesPerRow, double MeasuringSeconds);
