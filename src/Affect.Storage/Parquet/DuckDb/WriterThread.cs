using System.Collections.Concurrent;

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>
/// One thread that writes whole files, one after the other. DuckDB keeps memory for each thread that it has run on, and the pool's threads change all the time: on them a
/// long run held it several times over (docs/benchmarks.md). A chunk's file takes some tens of milliseconds and its labels many seconds, so nobody waits long.
/// </summary>
internal sealed class WriterThread : TaskScheduler
{
    private static readonly WriterThread Instance = new();

    private readonly BlockingCollection<Task> _work = [];

    private WriterThread() => new Thread(Execute) { IsBackground = true, Name = "label writer" }.Start();

    public override int MaximumConcurrencyLevel => 1;

    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, Instance);

    protected override void QueueTask(Task task) => _work.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _work;

    private void Execute()
    {
        foreach (var task in _work.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
