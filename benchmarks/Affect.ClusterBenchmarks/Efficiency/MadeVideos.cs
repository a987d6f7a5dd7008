using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Video;
using Affect.Engine.Working;
using Affect.Storage.Indexes;

namespace Affect.ClusterBenchmarks.Efficiency;

/// <summary>One video that exists as an index only: 25 frames a second, a keyframe at the start of each chunk.</summary>
internal sealed class MadeVideos(int chunks) : IVideoLibrary
{
    public const int FramesPerChunk = 25;

    private readonly IndexedVideo _video = new(
        new VideoInfo("made", "made", "yuv420p", 0, 640, 360, 0, new Rational(1, 1000), new Rational(25, 1), false, chunks, "bt601", false),
        new FrameIndex([.. Enumerable.Range(0, chunks * FramesPerChunk).Select(i => i * 40L)], [.. Enumerable.Range(0, chunks).Select(i => i * FramesPerChunk)]));

    /// <summary>Another number of chunks is another content, so another run.</summary>
    public static CorpusEntry EntryOf(int chunks) => new("made.mp4", "/made/made.mp4", EntryKind.Video, $"sha256:{chunks}", 1);

    public IReadOnlyList<ChunkSpec> Plan() => ChunkPlanner.Plan(
        0, EntryOf(chunks), _video.Frames, FrameSelector.Select(_video.Frames, _video.Info.TimeBase, Sampling.All), new PlanOptions(FramesPerChunk));

    public Task<VideoOpening> OpenAsync(int videoNumber, CancellationToken cancellationToken) =>
        Task.FromResult(new VideoOpening(new OpenedVideo(EntryOf(chunks), _video, "/made", new Nothing()), null));

    public Task<IndexedVideo> IndexAsync(int videoNumber, CancellationToken cancellationToken) => Task.FromResult(_video);

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
