namespace Affect.Engine.Serving;

/// <summary>The last events of a job, in memory. Numbers ascend also across restarts, since they start at the time. Thread-safe.</summary>
public sealed class JobLog(TimeProvider time)
{
    private const int Kept = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<JobEvent> _events = new();
    private long _next = time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Info(string text) => Add("info", text);

    public void Warning(string text) => Add("warning", text);

    /// <summary>Events with a higher number, oldest first.</summary>
    public IReadOnlyList<JobEvent> After(long number)
    {
        lock (_gate)
        {
            return [.. _events.Where(e => e.Number > number)];
        }
    }

    private void Add(string level, string text)
    {
        lock (_gate)
        {
            _events.Enqueue(new JobEvent(_next++, time.GetUtcNow(), level, text));
            if (_events.Count > Kept)
            {
                _events.Dequeue();
            }
        }
    }
}
