using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>
/// Who works for a server: the last announcement of each worker. An index of messages, lost with the process and full again seconds later.
/// Thread-safe.
/// </summary>
public sealed class WorkerRegistry(TimeProvider time)
{
    /// <summary>How often a worker announces itself.</summary>
    public static readonly TimeSpan AnnouncePeriod = TimeSpan.FromSeconds(2);

    /// <summary>Silence after which a worker counts as lost: several announcements and a garbage collection.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long a lost worker stays on the list, so that people see that it is gone.</summary>
    public static readonly TimeSpan KeptAfterLoss = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Entry> _workers = new(StringComparer.Ordinal);

    public void Announce(WorkerAnnouncement worker)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_workers.TryGetValue(worker.Name, out var entry))
            {
                Prune(now);
                entry = new Entry(now);
                _workers.Add(worker.Name, entry);
            }

            entry.Announcement = worker;
            entry.LastSeen = now;
            entry.Frames.Enqueue((now, worker.Frames));
            while (entry.Frames.Count > 2 && now - entry.Frames.Peek().At > RateWindow)
            {
                entry.Frames.Dequeue();
            }
        }
    }

    public void Leave(string worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
        }
    }

    /// <summary>All workers on the list, by name.</summary>
    public IReadOnlyList<WorkerStatus> Workers()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            Prune(now);
            return [.. _workers.Values.Select(entry => entry.Status(now))];
        }
    }

    /// <summary>
    /// The workers that take new work, for questions of who can do what: of those that offer the very same, one. They travel with each question for a job's status, and a
    /// cluster of hundreds of workers has a handful of kinds.
    /// </summary>
    public IReadOnlyList<WorkerProfile> Profiles() =>
    [
        .. Workers()
            .Where(worker => !worker.IsLost && !worker.Announcement.IsDraining)
            .DistinctBy(worker => string.Join(' ', worker.Announcement.Offers), StringComparer.Ordinal)
            .Select(worker => new WorkerProfile(worker.Announcement.Name, worker.Announcement.Offers.ToHashSet(StringComparer.Ordinal))),
    ];

    /// <summary>Lanes of the workers that take new work; at least 1. Asked for with each lease, so it makes no list.</summary>
    public int Lanes()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var lanes = 0;
            foreach (var entry in _workers.Values)
            {
                lanes += entry.IsLost(now) || entry.Announcement!.IsDraining ? 0 : entry.Announcement.Lanes.Count;
            }

            return Math.Max(1, lanes);
        }
    }

    private void Prune(DateTimeOffset now)
    {
        foreach (var gone in _workers.Where(worker => now - worker.Value.LastSeen > SilenceLimit + KeptAfterLoss).Select(worker => worker.Key).ToList())
        {
            _workers.Remove(gone);
        }
    }

    private sealed class Entry(DateTimeOffset firstSeen)
    {
        public WorkerAnnouncement? Announcement { get; set; }

        public DateTimeOffset LastSeen { get; set; }

        public Queue<(DateTimeOffset At, long Frames)> Frames { get; } = new();

        public WorkerStatus Status(DateTimeOffset now)
        {
            var first = Frames.Peek();
            var last = Frames.Last();
            var seconds = (last.At - first.At).TotalSeconds;
            return new WorkerStatus(
                Announcement!, firstSeen, LastSeen, seconds > 0 && !IsLost(now) ? Math.Max(0, last.Frames - first.Frames) / seconds : 0, IsLost(now));
        }

        public bool IsLost(DateTimeOffset now) => now - LastSeen > SilenceLimit;
    }
}
