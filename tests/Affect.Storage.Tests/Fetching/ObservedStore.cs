using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Fetching;

/// <summary>A store that tells of every opening of an object, after it.</summary>
internal sealed class ObservedStore(IObjectStore inner, Func<Task> opened) : IObjectStore
{
    public string Location => inner.Location;

    public Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.CreateIfAbsentAsync(name, content, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(name, content, cancellationToken);

    public Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken) => inner.UploadFileAsync(localPath, name, cancellationToken);

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var stream = await inner.OpenReadAsync(name, cancellationToken);
        await opened();
        return stream;
    }

    public Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
        inner.ReadRangeAsync(name, offsetBytes, buffer, cancellationToken);

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken) => inner.TryGetPropertiesAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => inner.ListFoldersAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);
}

/// <summary>The real clock, put forward at will; counts the timers made, so that a test can tell that something polls.</summary>
internal sealed class CountingTime : TimeProvider
{
    private readonly TaskCompletionSource _many = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _ahead;
    private int _timers;

    /// <summary>Done when eight pauses have been begun.</summary>
    public Task ManyTimersAsync() => _many.Task;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (Interlocked.Increment(ref _timers) == 8)
        {
            _many.SetResult();
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
