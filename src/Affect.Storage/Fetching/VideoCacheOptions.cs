namespace Affect.Storage.Fetching;

/// <summary>The local copies of remote videos.</summary>
public sealed class VideoCacheOptions
{
    /// <summary>Default of <see cref="MaxBytes"/>: 20 GiB.</summary>
    public const long DefaultMaxBytes = 20L << 30;

    /// <summary>Folder of the copies, shared by the processes of a machine; made when first needed.</summary>
    public required string Folder { get; init; }

    /// <summary>What the copies may take together, at least 1. Those used longest ago go first; those in use stay.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>How long to wait for room while every copy is in use, or for another process's download. Default 30 minutes.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Pause between two looks at a lock. Default 50 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(50);
}
