using System.Runtime.CompilerServices;
using Affect.Storage.Objects;

namespace Affect.Engine.Runs;

/// <summary>Reads many small objects, in order: one at a time, a remote store gives some tens a second, and a run can have millions.</summary>
internal static class ReadAhead
{
    /// <summary>Objects asked for at once.</summary>
    private const int Reads = 32;

    /// <summary>What <paramref name="parse"/> makes of each object, in the order of the names. One that was deleted meanwhile is left out.</summary>
    /// <exception cref="FormatException">An object is damaged; the message names it.</exception>
    public static async IAsyncEnumerable<T> ReadEachAsync<T>(
        this IObjectStore objects, IEnumerable<string> names, Func<byte[], T> parse, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reads = new Queue<Task<T?>>();
        try
        {
            foreach (var name in names)
            {
                // On threads of the pool: parsing takes longer than reading a local file.
                reads.Enqueue(Task.Run(() => ReadAsync(objects, name, parse, stop.Token), CancellationToken.None));
                if (reads.Count == Reads && await reads.Dequeue().ConfigureAwait(false) is { } read)
                {
                    yield return read;
                }
            }

            while (reads.TryDequeue(out var last))
            {
                if (await last.ConfigureAwait(false) is { } read)
                {
                    yield return read;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(reads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<T?> ReadAsync<T>(IObjectStore objects, string name, Func<byte[], T> parse, CancellationToken cancellationToken)
        where T : class
    {
        var content = await objects.TryReadAllAsync(name, cancellationToken).ConfigureAwait(false);
        return content is null ? null : RunStore.Parse(name, content, parse);
    }
}
