using System.Diagnostics.CodeAnalysis;

namespace Affect.Engine.Serving;

/// <summary>Lets one caller at a time run something that awaits.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that needs disposing.")]
public sealed class AsyncGate
{
    private readonly SemaphoreSlim _semaphore = new(1);

    public async Task<T> RunAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        await _semaphore.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await action().ConfigureAwait(false);
        }
        finally
        {
            _semaphore.Release();
        }
    }
}
