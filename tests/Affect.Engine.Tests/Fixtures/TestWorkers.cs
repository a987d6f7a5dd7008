using Affect.Engine.Serving;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>Workers in this process, each with its own name and its own way to leave.</summary>
internal sealed class TestWorkers : IAsyncDisposable
{
    private readonly List<(CancellationTokenSource Leave, Task Running)> _workers = [];

    public static IReadOnlySet<string> OffersOf(StoredRun run)
    {
        var c = run.Run.Record.Configuration;
        return new HashSet<string>(StringComparer.Ordinal)
        {
            WorkerOffers.Model(c.Detector.Model), WorkerOffers.Model(c.AffectModels[0]), WorkerOffers.Codec("made"), WorkerOffers.Device("cpu"),
        };
    }

    public CancellationTokenSource Start(IWorkSource source, IWorkshop workshop, IReadOnlySet<string> offers, int lanes = 2, string? name = null)
    {
        var leave = new CancellationTokenSource();
        var host = new WorkerHost(
            new RetryingWorkSource(source, TimeSpan.FromSeconds(60), TimeProvider.System, 1), workshop,
            new WorkerHostOptions
            {
                Name = name ?? WorkerHostOptions.NewName(), Version = "test", Lanes = lanes, Device = "cpu", Decoder = "cpu", Offers = offers,
                Grace = TimeSpan.FromSeconds(5),
            },
            TimeProvider.System, TestLog.Loggers);
        _workers.Add((leave, host.RunAsync(leave.Token)));
        return leave;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (leave, running) in _workers)
        {
            await leave.CancelAsync();
            await running;
            leave.Dispose();
        }
    }
}

/// <summary>Waits for what a job comes to.</summary>
internal static class JobWaiting
{
    public static async Task<JobStatus> UntilAsync(this IJobEngine engine, Core.Jobs.JobId job, Func<JobStatus, bool> isSo, int seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        JobStatus? last = null;
        while (true)
        {
            try
            {
                last = await engine.FindAsync(job, limit.Token) ?? throw new InvalidOperationException($"There is no job {job}.");
                if (isSo(last))
                {
                    return last;
                }
            }
            catch (WorkSourceException e) when (e.IsTransient && !limit.IsCancellationRequested)
            {
                // A cluster that is electing: ask again, as a user's client would.
            }

            try
            {
                await Task.Delay(50, limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"After {seconds} s job {job} is {last?.Job.Phase}: {last?.Progress}, {string.Join("; ", last?.Notes ?? [])}");
            }
        }
    }

    public static Task<JobStatus> UntilEndedAsync(this IJobEngine engine, Core.Jobs.JobId job, int seconds = 60) => engine.UntilAsync(job, s => s.Job.IsEnded, seconds);
}

/// <summary>Warnings of the product go to the test's output, so that a failure shows why.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    public static readonly ILoggerFactory Loggers = LoggerFactory.Create(logging => logging.AddProvider(new TestLog()).SetMinimumLevel(LogLevel.Warning));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel}: {formatter(state, exception)}");

    public void Dispose()
    {
    }
}
