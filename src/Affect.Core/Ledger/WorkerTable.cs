using Affect.Core.Planning;

namespace Affect.Core.Ledger;

/// <summary>Who was heard of lately. Not thread-safe.</summary>
/// <param name="lifetime">Timestamp ticks after which a silent worker is taken for gone.</param>
internal sealed class WorkerTable(long lifetime)
{
    private const int PruneAbove = 256;

    private readonly Dictionary<string, Known> _workers = new(StringComparer.Ordinal);

    /// <summary>Notes a request for work.</summary>
    public Known Asks(WorkerProfile profile, long now)
    {
        if (!_workers.TryGetValue(profile.Name, out var worker))
        {
            Prune(now);
            worker = new Known(profile.Name);
            _workers.Add(profile.Name, worker);
        }

        worker.Offers = profile.Offers;
        worker.SeenAt = now;
        return worker;
    }

    /// <summary>Notes any other sign of life.</summary>
    public void Seen(string name, long now)
    {
        if (_workers.TryGetValue(name, out var worker))
        {
            worker.SeenAt = now;
        }
    }

    public void Forget(string name) => _workers.Remove(name);

    /// <summary>Whether somebody alive meets the requirements and fits.</summary>
    public bool Any(string requires, long now, Func<string, bool> fits) =>
        _workers.Values.Any(worker => now - worker.SeenAt <= lifetime && fits(worker.Name) && RequirementTags.AreMet(requires, worker.Offers));

    private void Prune(long now)
    {
        if (_workers.Count > PruneAbove)
        {
            foreach (var gone in _workers.Values.Where(worker => now - worker.SeenAt > lifetime).ToList())
            {
                _workers.Remove(gone.Name);
            }
        }
    }

    internal sealed class Known(string name)
    {
        public string Name { get; } = name;

        public IReadOnlySet<string> Offers { get; set; } = new HashSet<string>(StringComparer.Ordinal);

        public long SeenAt { get; set; }

        /// <summary>Position of the chunk leased last, or -1.</summary>
        public int LastSlot { get; set; } = -1;
    }
}
