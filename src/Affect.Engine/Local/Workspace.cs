using System.Runtime.CompilerServices;
using Affect.Engine.Preparing;
using Affect.Storage.Fetching;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Probing;

namespace Affect.Engine.Local;

/// <summary>
/// Where runs live, and what this machine needs to work on them: the object store, a cache of remote videos and identities, a scratch folder that goes with
/// the process.
/// </summary>
public sealed class Workspace : IDisposable
{
    private readonly ScratchFolder _scratch;

    /// <param name="location">Folder or <c>az://container/prefix</c>.</param>
    /// <param name="cacheFolder">See <see cref="ProbeCache.DefaultFolder"/>.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The location is malformed, or its credentials are missing.</exception>
    public Workspace(string location, string cacheFolder, TimeProvider time)
    {
        Azure = AzureBlobOptions.FromEnvironment();
        Objects = ObjectStoreFactory.Open(location, Azure);
        Ffmpeg = FfmpegTools.Find(null);
        Fetcher = new VideoFetcher(new VideoCacheOptions { Folder = Path.Combine(cacheFolder, "videos") }, Azure, time);
        Prober = new CorpusProber(Fetcher, new VideoProber(Ffmpeg, time), new ProbeCache(cacheFolder), Objects);
        _scratch = new ScratchFolder(Path.GetTempPath());
    }

    public IObjectStore Objects { get; }

    public AzureBlobOptions Azure { get; }

    public FfmpegTools Ffmpeg { get; }

    public VideoFetcher Fetcher { get; }

    public CorpusProber Prober { get; }

    /// <summary>For files on their way to or from storage; made when needed, removed with the workspace.</summary>
    public string ScratchFolder => _scratch.Path;

    /// <summary>Ids of all runs, in ordinal order.</summary>
    public async IAsyncEnumerable<string> RunIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var id in Objects.ListFoldersAsync(RunLayout.RunsPrefix, cancellationToken).ConfigureAwait(false))
        {
            // Somebody's copy can have any name.
            if (RunLayout.IsName(id) && await Objects.TryGetPropertiesAsync(new RunLayout(id).Run, cancellationToken).ConfigureAwait(false) is not null)
            {
                yield return id;
            }
        }
    }

    /// <summary>Before the first write: clears what killed processes left, and makes the container where there is none, as a folder would be made.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _scratch.SweepAbandoned();
        if (Objects is AzureBlobStore azure)
        {
            await azure.EnsureContainerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _scratch.Dispose();
}
