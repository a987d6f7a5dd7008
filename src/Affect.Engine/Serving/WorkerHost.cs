using Affect.Core.Ledger;
using Affect.Engine.Progress;
using Affect.Engine.Working;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Serving;

/// <summary>What a worker is; changes no label.</summary>
public sealed record WorkerHostOptions
{
    /// <summary>Unique among workers alive.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Chunks in work at once; at least 1.</summary>
    public required int Lanes { get; init; }

    public required string Device { get; init; }

    public required string Decoder { get; init; }

    /// <summary>Requirement tags that it meets; see <see cref="WorkerOffers"/>.</summary>
    public required IReadOnlySet<string> Offers { get; init; }

    /// <summary>Time that the chunks in hand get when it is told to leave; then they are given back. Default 25 s, below the 30 s that Kubernetes waits before it kills.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>A name that no other worker has: host, process and 4 random characters (process ids repeat in containers).</summary>
    public static string NewName() =>
        $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}-{AttemptId.NewEpoch()[..4]}";
}

/// <summary>
/// A worker: lanes that pull work of any job from a server until told to leave. The same loop in the server's own process, as a client of a cluster, and over
/// HTTP. A lane never ends by an error of a chunk, a job or the server: only what would fail for all of them ends the worker.
/// </summary>
public sealed partial class WorkerHost(
    IWorkSource source, IWorkshop workshop, WorkerHostOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly RunProgress _progress = new(time);
    private readonly ILogger<WorkerHost> _logger = loggers.CreateLogger<WorkerHost>();

    /// <summary>Works until told to leave; then finishes what is in hand within <see cref="WorkerHostOptions.Grace"/>, gives back the rest, and says good-bye.</summary>
    /// <param name="leave">Stop leasing.</param>
    public async Task RunAsync(CancellationToken leave)
    {
        using var drop = new CancellationTokenSource();
        using var gone = new CancellationTokenSource();
        // The grace period begins when leaving does.
        using var registration = leave.Register(() => drop.CancelAfter(options.Grace));
        var lanes = Enumerable.Range(0, options.Lanes).Select(i => new WorkerLane(
            source, workshop, new WorkerProfile(options.Name, options.Offers), _progress.AddLane($"{options.Name}/{i}"), time, loggers)).ToList();
        var announcing = AnnounceAsync(lanes, leave, gone.Token);
        LogStarted(options.Name, options.Lanes);
        try
        {
            await Task.WhenAll(lanes.Select(lane => Task.Run(() => lane.RunAsync(leave, drop.Token), CancellationToken.None))).ConfigureAwait(false);
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await announcing.ConfigureAwait(false);
            lanes.ForEach(lane => lane.Dispose());
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    private async Task AnnounceAsync(List<WorkerLane> lanes, CancellationToken leave, CancellationToken gone)
    {
        try
        {
            while (true)
            {
                try
                {
                    await source.AnnounceAsync(Announcement(lanes, leave.IsCancellationRequested), gone).ConfigureAwait(false);
                }
                catch (WorkSourceException e)
                {
                    LogUnreachable(e.Message);
                }

                await Task.Delay(WorkerRegistry.AnnouncePeriod, time, gone).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The worker has nothing more to tell.
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
            await source.LeaveAsync(options.Name, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WorkSourceException or OperationCanceledException)
        {
            // Its leases run out by themselves.
            LogUnreachable(e.Message);
        }
    }

    private WorkerAnnouncement Announcement(List<WorkerLane> lanes, bool isDraining)
    {
        var snapshot = _progress.Snapshot();
        return new WorkerAnnouncement
        {
            Name = options.Name,
            Host = Environment.MachineName,
            Version = options.Version,
            Device = options.Device,
            Decoder = options.Decoder,
            Offers = [.. options.Offers.Order(StringComparer.Ordinal)],
            Lanes = [.. lanes.Zip(snapshot.Workers, (lane, state) => new LaneState(lane.Job, lane.Stage ?? state.Chunk, state.Video, state.FramesDone, state.FramesTotal))],
            IsDraining = isDraining,
            Frames = snapshot.FramesDone,
            Faces = snapshot.Faces,
            Chunks = snapshot.UnitsDone,
            Timings = snapshot.Timings,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "worker {Worker} with {Lanes} lanes")]
    private partial void LogStarted(string worker, int lanes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the server does not answer: {Reason}")]
    private partial void LogUnreachable(string reason);
}
