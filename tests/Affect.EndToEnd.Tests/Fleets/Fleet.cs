using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Affect.Core.Jobs;
using Affect.Core.Runs;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Engine.Serving;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>A fault of a fleet's coordinating half, and what it is called.</summary>
internal sealed record Fault(string Name, Func<Task> InflictAsync);

/// <summary>
/// A server and its workers as processes of their own, over one folder: what a fault is inflicted on. Which engine coordinates them is the derived class's matter. At its
/// end every process is killed and what it said goes to the test's output.
/// </summary>
internal abstract class Fleet : IAsyncDisposable
{
    /// <summary>As short as the option allows.</summary>
    public const int LeaseSeconds = 5;

    private const string Token = "fleet-of-a-test";

    private readonly Sandbox _box;
    private readonly ITestOutputHelper _output;
    private readonly List<(string Name, AffectProcess Process)> _processes = [];
    private readonly List<FleetWorker> _workers = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(15) };
    private readonly int _port = Ports.Free();
    private AffectProcess? _server;

    protected Fleet(Sandbox box, CutNetwork? network, ITestOutputHelper output)
    {
        (_box, _output, Network) = (box, output, network);
        Ffmpeg = new FleetFfmpeg(box, "ffmpeg");
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_port}/api/v1/");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public FleetFfmpeg Ffmpeg { get; }

    public CutNetwork? Network { get; }

    /// <summary>Where the runs are.</summary>
    public string Out => _box.PathOf("out");

    public IReadOnlyList<FleetWorker> Workers => _workers;

    /// <summary>What can happen to the coordinating half while a run goes on, in any order, also while the network is cut; each ends when the fleet is whole again.</summary>
    public abstract IReadOnlyList<Fault> Faults { get; }

    /// <summary>What the coordinating half outlives only while its network is whole.</summary>
    public virtual IReadOnlyList<Fault> LateFaults => [];

    /// <summary>Each process of the coordinating half ended by SIGTERM and started again as <see cref="Build"/>.</summary>
    public virtual IReadOnlyList<(string Name, Func<Task> ReplaceAsync)> Replacements =>
    [
        ("server", async () =>
        {
            await StopServerAsync();
            await StartServerAsync();
        }),
    ];

    /// <summary>Build of the programs that are started from now on.</summary>
    public FleetBuild Build { get; set; } = FleetBuild.Current;

    protected string Address => Network?.Here ?? "127.0.0.1";

    protected string ServerUrl => $"http://{Address}:{_port}";

    /// <summary>Starts what the server needs, and the server.</summary>
    public virtual Task StartAsync() => StartServerAsync();

    /// <summary>Brings back what did not outlive a cut network.</summary>
    public virtual Task HealedAsync() => Task.CompletedTask;

    public async Task StartServerAsync()
    {
        var watch = Stopwatch.StartNew();
        _server = Launch("server", false, Affect(["serve", "--listen", $"{(Network is null ? "127.0.0.1" : "0.0.0.0")}:{_port}", "--root", _box.Corpus, "--out", Out, .. ServerOptions]));
        await UntilAsync("the server answers", async () => (await TryAsync(() => _http.GetAsync("runs")))?.IsSuccessStatusCode == true, _server);
        Say($"server ready after {watch.Elapsed.TotalSeconds:F1} s");
    }

    public FleetWorker StartWorker(bool isBeyondTheCut = false, FleetFfmpeg? ffmpeg = null)
    {
        var command = Affect(["worker", "--workers", "1", "--grace", "20", "--output", "json", .. WorkerOptions]);
        var process = Launch($"worker-{_workers.Count}", isBeyondTheCut, ["env", $"AFFECT_FFMPEG={(ffmpeg ?? Ffmpeg).Program}", .. command]);
        var worker = new FleetWorker(process, isBeyondTheCut);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Waits until the server lists the worker as alive.</summary>
    public Task ConnectedAsync(FleetWorker worker) => UntilAsync(
        $"worker {worker.Process.Id} connects", async () => (await WorkersAsync()).Any(w => !w.IsLost && worker.Is(w.Announcement.Name)), worker.Process);

    /// <summary>Waits until the worker has a chunk in its hands.</summary>
    public Task BusyAsync(FleetWorker worker) => UntilAsync(
        $"worker {worker.Process.Id} has a chunk",
        async () => (await WorkersAsync()).Any(w => worker.Is(w.Announcement.Name) && w.Announcement.Lanes.Any(l => l.Work is { } work && work.Contains('-', StringComparison.Ordinal))),
        worker.Process);

    public Task<WorkerStatus[]> WorkersAsync() => GetAsync<WorkerStatus[]>("workers", []);

    public async Task KillServerAsync()
    {
        _server!.Kill();
        await _server.WaitAsync();
    }

    /// <summary>SIGTERM, and what it ended with.</summary>
    public async Task StopServerAsync() => AssertEnded("server", await TerminateAsync(_server!));

    /// <summary>SIGTERM: the worker gives back or finishes what it has and leaves.</summary>
    public async Task StopWorkerAsync(FleetWorker worker) => AssertEnded("worker", await TerminateAsync(worker.Process));

    public async Task<JobId> SubmitAsync(params IEnumerable<string> options)
    {
        using var submit = Launch("submit", false, Affect(["submit", _box.Corpus, "--server", $"http://127.0.0.1:{_port}", "--chunk-frames", $"{FleetCorpus.ChunkFrames}", "--output", "json", .. options]));
        var result = await submit.WaitAsync();
        Assert.True(result.ExitCode == 0, $"{result}");
        return JsonSerializer.Deserialize<JobStatus>(result.Output, WireJson.Options)!.Job.Id;
    }

    /// <summary>Follows the job with <c>affect watch</c> to its end, which must be this exit code.</summary>
    public async Task<FleetRun> WatchAsync(JobId job, int exitCode)
    {
        using var watch = Launch("watch", false, Affect(["watch", job.ToString(), "--server", $"http://127.0.0.1:{_port}", "--output", "json"]));
        var result = await watch.WaitAsync();
        Assert.True(result.ExitCode == exitCode, $"{result}");
        var status = JsonSerializer.Deserialize<JobStatus>(result.Output, WireJson.Options)!;
        return new FleetRun(Path.Combine(Out, "runs", status.Job.Run.ToString()!), status, result);
    }

    public Task<JobStatus?> StatusAsync(JobId job) => GetAsync<JobStatus?>($"runs/{job}", null);

    /// <summary>Waits until the job's status has a sentence with these words.</summary>
    public Task NotedAsync(JobId job, string words) => UntilAsync(words, async () => (await StatusAsync(job))?.Notes.Any(n => n.Contains(words, StringComparison.Ordinal)) == true);

    /// <summary>Waits until a chunk that was begun after this moment (by this worker) is done, and says how long that took.</summary>
    public async Task<TimeSpan> RecoveredAsync(DateTimeOffset since, FleetWorker? by = null)
    {
        // A lease that was granted before a fault can reach its worker in the same moment.
        var begun = since == DateTimeOffset.MinValue ? since : since.AddMilliseconds(500);
        await UntilAsync("a chunk is begun and done", () => Task.FromResult(DoneSince(since).Any(d => d.Started >= begun && by?.Is(d.Worker) != false)));
        return DateTimeOffset.UtcNow - since;
    }

    public void Say(string text) => _output.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.f} {text}");

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _processes.Where(p => !p.Process.IsDisposed))
        {
            process.SignalGroup(AffectProcess.KillNow);
        }

        foreach (var (name, process) in _processes.Where(p => !p.Process.IsDisposed))
        {
            Say($"{name} ({process.Id}): {await process.WaitAsync()}");
            process.Dispose();
        }

        _http.Dispose();
        Network?.Dispose();
    }

    protected abstract IEnumerable<string> ServerOptions { get; }

    protected abstract IEnumerable<string> WorkerOptions { get; }

    /// <summary>Starts a program on one of the sides.</summary>
    protected AffectProcess Launch(string name, bool isBeyondTheCut, IEnumerable<string> command)
    {
        var environment = new Dictionary<string, string>(_box.Environment, StringComparer.Ordinal) { ["AFFECT_TOKEN"] = Token, ["DOTNET_TieredPGO"] = "0" };
        var process = AffectProcess.Launch(environment, _box.Root, isBeyondTheCut ? [.. Network!.Enter, .. command] : command);
        _processes.Add((name, process));
        return process;
    }

    protected IEnumerable<string> Affect(IEnumerable<string> arguments) => ["dotnet", Build.Affect, .. arguments];

    protected static async Task<CliResult> TerminateAsync(AffectProcess process)
    {
        process.Signal(AffectProcess.Terminate);
        return await process.WaitAsync();
    }

    protected static void AssertEnded(string what, CliResult result) => Assert.True(result.ExitCode == 0, $"the {what} ended with {result}");

    /// <summary>Waits for a state; a process that must live meanwhile ending is a failure at once.</summary>
    protected static Task UntilAsync(string what, Func<Task<bool>> holds, AffectProcess? alive = null) => Wait.ForAsync(async () =>
    {
        Assert.False(alive?.HasExited == true, $"ended before: {what}");
        return await holds();
    });

    /// <summary>Markers written since the moment.</summary>
    private IEnumerable<DoneRecord> DoneSince(DateTimeOffset since) => Directory.Exists(Path.Combine(Out, "runs"))
        ? Directory.EnumerateDirectories(Path.Combine(Out, "runs")).Select(r => Path.Combine(r, "done")).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)
            .Where(f => File.GetLastWriteTimeUtc(f) >= since.UtcDateTime).Select(f => DoneRecord.Parse(File.ReadAllBytes(f)))
        : [];

    private async Task<T> GetAsync<T>(string path, T whileAway) => await TryAsync(() => _http.GetAsync(path)) is { IsSuccessStatusCode: true } answer
        ? (await answer.Content.ReadFromJsonAsync<T>(WireJson.Options))!
        : whileAway;

    private static async Task<HttpResponseMessage?> TryAsync(Func<Task<HttpResponseMessage>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // The server is not there now.
            return null;
        }
    }
}
