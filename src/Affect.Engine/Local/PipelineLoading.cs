using Affect.Vision.Processing;

namespace Affect.Engine.Local;

/// <summary>Models on their way into memory, on a thread of the pool. Disposing waits for them.</summary>
internal sealed class PipelineLoading(Func<LanePipeline> open) : IAsyncDisposable
{
    public Task<LanePipeline> Pipeline { get; } = Task.Run(open);

    /// <summary>Does something else meanwhile, to its end if loading succeeds; if it fails, ends that and throws why.</summary>
    public async Task<T> UnlessItFailsAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var acting = action(stop.Token);
        await Task.WhenAny(acting, Pipeline).ConfigureAwait(false);
        if (!acting.IsCompleted && !Pipeline.IsCompletedSuccessfully)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await acting.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            await Pipeline.ConfigureAwait(false);
        }

        return await acting.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // One that failed was told where it was waited for, or something else failed first.
        await ((Task)Pipeline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Pipeline.IsCompletedSuccessfully)
        {
            (await Pipeline.ConfigureAwait(false)).Dispose();
        }
    }
}
