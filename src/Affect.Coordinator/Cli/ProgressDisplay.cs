using System.Globalization;
using Affect.Engine.Progress;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Affect.Coordinator.Cli;

/// <summary>
/// Shows a run's progress, on stderr: a live panel on a terminal, a plain line now and then elsewhere (log files, CI). Stdout stays free
/// for results.
/// </summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EtaInterval = TimeSpan.FromSeconds(1);

    /// <summary>A plain line is written every so many looks: the estimate of the time wants a look every second.</summary>
    private const int LooksPerLine = 5;

    private readonly RunProgress _progress;
    private readonly TimeProvider _time;
    private readonly TextWriter _output;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private EtaEstimator _eta = new();
    private RunPhase _phase;
    private TimeSpan _etaObserved;

    public ProgressDisplay(RunProgress progress, TimeProvider time, bool live, TextWriter output)
    {
        _progress = progress;
        _time = time;
        _output = output;
        _loop = live ? ShowLiveAsync() : ShowLinesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ShowLinesAsync()
    {
        for (var looks = 1; await WaitAsync(EtaInterval).ConfigureAwait(false); looks++)
        {
            var s = Look();
            if (looks % LooksPerLine == 0 && s.Phase is not (RunPhase.Unknown or RunPhase.Done))
            {
                _output.WriteLine(Line(s, _eta));
            }
        }
    }

    private async Task ShowLiveAsync()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output) });
        await console.Live(new Text(string.Empty)).AutoClear(true).StartAsync(async context =>
        {
            while (await WaitAsync(LiveInterval).ConfigureAwait(false))
            {
                context.UpdateTarget(Panel(Look(), _eta));
                context.Refresh();
            }
        }).ConfigureAwait(false);
    }

    private async Task<bool> WaitAsync(TimeSpan interval)
    {
        try
        {
            await Task.Delay(interval, _time, _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private RunSnapshot Look()
    {
        var s = _progress.Snapshot();
        if (s.Phase != _phase)
        {
            (_eta, _phase, _etaObserved) = (new EtaEstimator(), s.Phase, TimeSpan.Zero);
        }

        if (s.Elapsed - _etaObserved >= EtaInterval)
        {
            _eta.Observe(s.Elapsed, s.FramesDone);
            _etaObserved = s.Elapsed;
        }

        return s;
    }

    /// <summary>One plain line: what is done, how fast, how long still.</summary>
    private static string Line(RunSnapshot s, EtaEstimator eta) => s.Phase == RunPhase.Labelling
        ? string.Create(CultureInfo.InvariantCulture,
            $"labelling {Percent(s):F1} %  chunks {s.UnitsDone}/{s.UnitsTotal}  frames {s.FramesDone}/{s.FramesTotal}  " +
            $"{eta.FramesPerSecond:F0} frames/s  {FacesPerSecond(s, eta):F0} faces/s  bottleneck {s.Timings.Bottleneck ?? "-"}  " +
            $"failed attempts {s.FailedAttempts}  ETA {EtaText(s, eta)}")
        : string.Create(CultureInfo.InvariantCulture, $"{PhaseName(s.Phase)} {s.UnitsDone}/{s.UnitsTotal} videos  {s.Elapsed.TotalSeconds:F0} s");

    private static Rows Panel(RunSnapshot s, EtaEstimator eta)
    {
        var parts = new List<IRenderable>();
        var share = s.Phase == RunPhase.Labelling ? Percent(s) : s.UnitsTotal == 0 ? 0 : 100.0 * s.UnitsDone / s.UnitsTotal;
        parts.Add(new Markup(string.Create(CultureInfo.InvariantCulture,
            $"[bold]{PhaseName(s.Phase)}[/]  {Bar(share)} {share:F1} %   {s.UnitsDone}/{s.UnitsTotal} {(s.Phase == RunPhase.Labelling ? "chunks" : "videos")}")));
        if (s.Phase == RunPhase.Labelling)
        {
            parts.Add(new Markup(string.Create(CultureInfo.InvariantCulture,
                $"{eta.FramesPerSecond:F0} frames/s   {FacesPerSecond(s, eta):F0} faces/s   ETA {EtaText(s, eta)}   failed attempts {s.FailedAttempts}")));
            parts.Add(new Markup("time in  " + Stages(s)));
            var table = new Table().Border(TableBorder.None).AddColumns("worker", "chunk", "video", "frames");
            foreach (var w in s.Workers)
            {
                table.AddRow(
                    Markup.Escape(w.Name), w.Chunk ?? "[grey]idle[/]", Markup.Escape(w.Video ?? string.Empty),
                    w.Chunk is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{w.FramesDone}/{w.FramesTotal}"));
            }

            parts.Add(table);
        }

        return new Rows(parts);
    }

    private static string Stages(RunSnapshot s)
    {
        var t = s.Timings;
        var total = Math.Max(t.TotalSeconds, 1e-9);
        var stages = new[]
        {
            ("fetch", t.FetchSeconds), ("decode", t.DecodeWaitSeconds), ("detect", t.DetectSeconds), ("label", t.LabelSeconds), ("write", t.WriteSeconds),
        };
        return string.Join("  ", stages.Select(x =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{x.Item1} {100 * x.Item2 / total:F0} %");
            return x.Item1 == t.Bottleneck ? $"[yellow]{text}[/]" : text;
        }));
    }

    private static string Bar(double percent)
    {
        const int width = 30;
        var full = (int)Math.Round(width * Math.Clamp(percent, 0, 100) / 100);
        return $"[green]{new string('━', full)}[/][grey]{new string('━', width - full)}[/]";
    }

    private static double Percent(RunSnapshot s) =>
        s.FramesTotal + s.FramesBefore == 0 ? 100 : 100.0 * (s.FramesDone + s.FramesBefore) / (s.FramesTotal + s.FramesBefore);

    private static double FacesPerSecond(RunSnapshot s, EtaEstimator eta) =>
        s.FramesDone == 0 ? 0 : eta.FramesPerSecond * s.Faces / s.FramesDone;

    private static string EtaText(RunSnapshot s, EtaEstimator eta) =>
        eta.Estimate(s.FramesTotal - s.FramesDone) is { } e ? $"{Span(e.Expected)} ({Span(e.Earliest)} to {Span(e.Latest)})" : "not yet known";

    private static string PhaseName(RunPhase phase) => phase switch
    {
        RunPhase.Scanning => "identifying",
        RunPhase.Probing => "probing",
        RunPhase.Labelling => "labelling",
        RunPhase.Finalising => "tracking and writing labels",
        RunPhase.Done => "done",
        _ => "starting",
    };

    /// <summary>A duration to two units: 3 d 4 h, 2 h 05 min, 45 s.</summary>
    internal static string Span(TimeSpan t) => t switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalDays} d {t.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalHours} h {t.Minutes:D2} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalMinutes} min {t.Seconds:D2} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(t.TotalSeconds):F0} s"),
    };
}
