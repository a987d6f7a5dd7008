namespace Affect.Core.Ledger;

/// <summary>
/// The leases alive, in order of expiry. All leases last equally long, so a new or extended lease always expires last: a linked list keeps the
/// order and every operation is O(1). Not thread-safe.
/// </summary>
internal sealed class LeaseTable
{
    private readonly Dictionary<LeaseToken, LinkedListNode<ActiveLease>> _byToken = [];
    private readonly LinkedList<ActiveLease> _byExpiry = new();

    public int Count => _byToken.Count;

    /// <summary>The lease that expires next, or null.</summary>
    public ActiveLease? Next => _byExpiry.First?.Value;

    /// <summary>All leases, next to expire first.</summary>
    public IEnumerable<ActiveLease> All => _byExpiry;

    public ActiveLease? Find(LeaseToken token) => _byToken.TryGetValue(token, out var node) ? node.Value : null;

    public void Add(ActiveLease lease, long expiresAt)
    {
        lease.ExpiresAt = expiresAt;
        _byToken.Add(lease.Token, _byExpiry.AddLast(lease));
    }

    public void Extend(ActiveLease lease, long expiresAt)
    {
        lease.ExpiresAt = expiresAt;
        var node = _byToken[lease.Token];
        _byExpiry.Remove(node);
        _byExpiry.AddLast(node);
    }

    public void Remove(ActiveLease lease)
    {
        _byToken.Remove(lease.Token, out var node);
        _byExpiry.Remove(node!);
    }

    /// <summary>Takes out what this worker holds.</summary>
    public IReadOnlyList<ActiveLease> RemoveOf(string worker) => RemoveWhere(lease => lease.Worker == worker);

    /// <summary>Takes out the leases on this chunk.</summary>
    public IReadOnlyList<ActiveLease> RemoveOf(int slot) => RemoveWhere(lease => lease.Slot == slot);

    private List<ActiveLease> RemoveWhere(Func<ActiveLease, bool> predicate)
    {
        var removed = _byExpiry.Where(predicate).ToList();
        foreach (var lease in removed)
        {
            Remove(lease);
        }

        return removed;
    }
}
