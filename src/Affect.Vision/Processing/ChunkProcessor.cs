using System.Diagnostics;
using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Video;
using Affect.Vision.Alignment;
using Affect.Vision.Decoding;
using Affect.Vision.Detection;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Labelling;
using Affect.Vision.Models;
using Affect.Vision.Pixels;

namespace Affect.Vision.Processing;

/// <summary>
/// One lane: decodes a chunk with a process of its own and finds and labels the faces of each frame as it comes. Only frames in the decoder's queue and one batch of
/// crops are in memory, whatever the length of the chunk.
/// </summary>
public sealed class ChunkProcessor : IChunkProcessor
{
    /// <summary>
    /// Side of the luma crop on which sharpness and the tracker's thumbnail are measured, in pixels. The crop is the detector's box, so neither depends on the affect
    /// model, and both hold when a run with another model re-uses them.
    /// </summary>
    public const int MeasureSidePixels = 48;

    private readonly ChunkDecoder _decoder;
    private readonly DecodeOptions _options;
    private readonly IFaceDetector _detector;
    private readonly LabellingLane _labeller;
    private readonly string _modelKey;
    private readonly FaceMeasurer _measurer = new(new FaceCrop.Box(0), MeasureSidePixels, MeasureSidePixels);
    private readonly List<LabelledFace> _labelled = [];
    private readonly DecodedFrame[] _frames;
    private readonly PlanarImage[] _images;
    private readonly List<FaceDetection>[] _detections;
    private (FrameIndex Index, Sampling Sampling, FrameSelection Selection)? _selection;

    internal ChunkProcessor(ChunkDecoder decoder, DecodeOptions options, IFaceDetector detector, LabellingLane labeller, string modelKey)
    {
        (_decoder, _options, _detector, _labeller, _modelKey) = (decoder, options, detector, labeller, modelKey);
        _frames = new DecodedFrame[detector.FrameBatch];
        _images = new PlanarImage[detector.FrameBatch];
        _detections = [.. _frames.Select(_ => new List<FaceDetection>())];
    }

    public async Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
    {
        var selection = Select(job);
        int[] ranks = [.. selection.RanksIn(job.Chunk)];
        var rows = new FrameRows(job, _modelKey);
        var known = job.Known is null ? null : new KnownFaces(job.Known);
        var total = default(StageTimings);
        if (ranks.Length == 0)
        {
            return new ChunkOutcome.Labelled([], job.Chunk.FrameCount, 0, null, total);
        }

        var request = new DecodeRequest(job.LocalPath, job.Entry.Kind, job.Info, job.Index, job.Chunk, selection.IsAll ? null : ranks);
        await using var decode = _decoder.Start(request, _options, cancellationToken);
        await using var frames = decode.ReadFramesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            int count;
            do
            {
                var waiting = Stopwatch.GetTimestamp();
                for (count = 0; count < _frames.Length && await frames.MoveNextAsync().ConfigureAwait(false); count++)
                {
                    _frames[count] = frames.Current;
                    _images[count] = frames.Current.ToImage();
                }

                var spent = new StageTimings { DecodeWaitSeconds = Stopwatch.GetElapsedTime(waiting).TotalSeconds };
                if (count > 0)
                {
                    var faces = Label(count, rows, known, ref spent);
                    observer.Advanced(count, faces, spent);
                }

                total += spent;
            }
            while (count == _frames.Length);

            var flushing = Stopwatch.GetTimestamp();
            _labeller.Flush(_labelled);
            rows.SetScores(_labelled);
            var last = new StageTimings { LabelSeconds = Stopwatch.GetElapsedTime(flushing).TotalSeconds };
            observer.Advanced(0, 0, last);
            total += last;
        }
        catch
        {
            // Faces of a chunk that is given up must not come back as the next chunk's.
            _labelled.Clear();
            _labeller.Flush(_labelled);
            throw;
        }
        finally
        {
            _labelled.Clear();
        }

        var outcome = decode.Outcome;
        var isCutShort = outcome.Missing.Count > 0 && FfmpegExit.IsEndFromOutside(outcome.ExitCode);
        if (isCutShort)
        {
            await Task.Delay(FfmpegProcess.SignalGrace, cancellationToken).ConfigureAwait(false);
        }

        return outcome.Failure is { } failure && (outcome.Delivered == 0 || isCutShort || failure.Kind == FailureKind.Timeout)
            ? new ChunkOutcome.Failed(failure)
            : new ChunkOutcome.Labelled(
                rows.ToRows(ranks, outcome.Missing),
                selection.SkippedIn(job.Chunk),
                outcome.UnexpectedPictures,
                outcome.Failure ?? ProblemOf(outcome, ranks.Length),
                total);
    }

    public void Dispose()
    {
        _labeller.Dispose();
        _detector.Dispose();
    }

    private int Label(int count, FrameRows rows, KnownFaces? known, ref StageTimings spent)
    {
        var faceCount = 0;
        var start = Stopwatch.GetTimestamp();
        try
        {
            var isDetected = false;
            for (var i = 0; i < count; i++)
            {
                var frame = _frames[i];
                var faces = known?.Find(frame.Rank);
                if (faces is null && !isDetected)
                {
                    // Frames are searched together; a known one among them costs nothing worth sparing.
                    Detect(count);
                    isDetected = true;
                }

                faces ??= [.. _detections[i].Take(FrameRows.MaxFaces).Select(d => Measure(_images[i], d))];
                spent = spent with { DetectSeconds = spent.DetectSeconds + Lap(ref start) };
                rows.AddFrame(frame.Rank, faces);
                for (var f = 0; f < faces.Length; f++)
                {
                    _labeller.Add(_images[i], faces[f].Detection, rows.Token(frame.Rank, f), _labelled);
                }

                rows.SetScores(_labelled);
                _labelled.Clear();
                faceCount += faces.Length;
                spent = spent with { LabelSeconds = spent.LabelSeconds + Lap(ref start) };
            }
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                _frames[i].Dispose();
                _images[i] = default;
            }
        }

        return faceCount;
    }

    private void Detect(int count)
    {
        // One call takes frames of one size; a video can change its size on the way.
        for (var first = 0; first < count;)
        {
            var end = first + 1;
            while (end < count && _images[end].WidthPixels == _images[first].WidthPixels && _images[end].HeightPixels == _images[first].HeightPixels)
            {
                end++;
            }

            _detector.Detect(_images.AsSpan(first, end - first), _detections.AsSpan(first, end - first));
            first = end;
        }
    }

    private FrameRows.Face Measure(in PlanarImage image, in FaceDetection detection)
    {
        var appearance = new byte[FaceMeasurer.AppearanceSidePixels * FaceMeasurer.AppearanceSidePixels];
        var sharpness = _measurer.Measure(image, detection, appearance);
        return new FrameRows.Face(detection, HeadPoseEstimator.Estimate(detection), sharpness, appearance);
    }

    private FrameSelection Select(ChunkJob job)
    {
        // Chunks of one video follow each other on a lane.
        if (_selection is not { } s || !ReferenceEquals(s.Index, job.Index) || s.Sampling != job.Sampling)
        {
            _selection = s = (job.Index, job.Sampling, FrameSelector.Select(job.Index, job.Info.TimeBase, job.Sampling));
        }

        return s.Selection;
    }

    private static ChunkFailure? ProblemOf(DecodeOutcome outcome, int asked) => outcome.Missing.Count == 0
        ? null
        : new ChunkFailure(
            outcome.Missing[0].Kind, $"{outcome.Missing.Count} of {asked} frames did not come out of the decoder: {outcome.Missing[0].Reason}",
            outcome.Stderr, outcome.Command);

    private static double Lap(ref long start)
    {
        var now = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(start, now).TotalSeconds;
        start = now;
        return seconds;
    }
}
