using System.Diagnostics;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Tests.Ffmpeg;

public sealed class FfmpegProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task FloodOnBothPipes_DoesNotDeadlock_AndTheTailIsBounded()
    {
        // Ten times a pipe's size on stderr before anything on stdout.
        await using var process = Start("printf 'the cause\\n' >&2; i=0; while [ $i -lt 20000 ]; do echo 'line of complaint number' $i >&2; i=$((i+1)); done; echo done; exit 3", Limit);
        using var reader = new StreamReader(process.WatchedOutput());
        Assert.Equal("done\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        var exit = await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, exit.Code);
        Assert.False(exit.Stalled);
        Assert.StartsWith("the cause", exit.Stderr, StringComparison.Ordinal);
        Assert.EndsWith("number 19999", exit.Stderr, StringComparison.Ordinal);
        Assert.True(exit.Stderr.Length < 5000);
    }

    [Fact]
    public async Task NoOutput_IsKilledAfterTheLimit()
    {
        await using var process = Start("sleep 1000", TimeSpan.FromMilliseconds(200));
        Assert.Equal(0, await ReadOnThreadAsync(process));
        var exit = await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(exit.Stalled);
        Assert.NotEqual(0, exit.Code);
    }

    [Fact]
    public async Task SlowConsumer_IsNoStall()
    {
        // The pipe is full and nobody reads: time goes by, but it is not the program's fault.
        await using var process = Start("head -c 200000 /dev/zero", TimeSpan.FromMilliseconds(100));
        await Task.Delay(TimeSpan.FromMilliseconds(600), TestContext.Current.CancellationToken);
        long total = 0;
        int read;
        while ((read = await ReadOnThreadAsync(process)) > 0)
        {
            total += read;
        }

        Assert.Equal(200_000, total);
        Assert.False((await process.WaitForExitAsync(TestContext.Current.CancellationToken)).Stalled);
    }

    [Fact]
    public async Task Cancellation_EndsTheProcessAndItsChildren()
    {
        using var cancel = new CancellationTokenSource();
        await using var process = FfmpegProcess.Start("sh", ["-c", "sleep 1000 & echo $!; wait"], false, Limit, TimeProvider.System, cancel.Token);
        var buffer = new byte[64];
        var read = await Task.Factory.StartNew(() => process.ReadOutput(buffer), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var child = int.Parse(System.Text.Encoding.ASCII.GetString(buffer, 0, read), null);
        await cancel.CancelAsync();
        Assert.NotEqual(0, (await process.WaitForExitAsync(TestContext.Current.CancellationToken)).Code);
        Assert.True(await EndsAsync(child), "The child still runs.");
    }

    /// <summary>One that is stopped first stays so for good if its owner is killed at that moment.</summary>
    [Fact]
    public async Task Kill_DoesNotStopItFirst()
    {
        await using var process = Start("exec sleep 1000", Limit);
        var states = new HashSet<char>();
        using var watching = new ManualResetEventSlim();
        var watcher = Task.Factory.StartNew(
            () =>
            {
                while (StateOf(process.Id) is { } state && state != 'Z')
                {
                    states.Add(state);
                    watching.Set();
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        watching.Wait(TestContext.Current.CancellationToken);
        process.Kill();
        await watcher.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.DoesNotContain('T', states);
    }

    [Fact]
    public async Task Disposal_LeavesNoZombie()
    {
        var process = Start("sleep 1000", Limit);
        var id = process.Id;
        Assert.True(Directory.Exists($"/proc/{id}"));
        await process.DisposeAsync();
        Assert.False(Directory.Exists($"/proc/{id}"), "The process is still in the process table.");
    }

    [Fact]
    public void MissingProgram_SaysHowToGetIt()
    {
        var error = Assert.Throws<FfmpegUnavailableException>(
            () => FfmpegProcess.Start("/nowhere/ffmpeg", [], false, Limit, TimeProvider.System, CancellationToken.None));
        Assert.Contains("AFFECT_FFMPEG", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Capabilities_NameVersionDecodersAndMethods()
    {
        var found = await FfmpegCapabilities.ReadAsync(FfmpegTools.Find(null), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Matches("^[0-9n]", found.Version);
        Assert.Contains("h264", found.VideoDecoders);
        Assert.DoesNotContain("aac", found.VideoDecoders);
        Assert.DoesNotContain("=", found.VideoDecoders);
        Assert.Empty(found.MissingDecoders);
    }

    [Fact]
    public void Tools_ComeFromTheOptionThenTheEnvironmentThenPath()
    {
        Assert.Equal(new FfmpegTools("/opt/x/ffmpeg", "/opt/x/ffprobe"), FfmpegTools.Find("/opt/x/ffmpeg"));
        Assert.Equal("ffprobe", FfmpegTools.Find("ffmpeg5").Ffprobe);
    }

    private static FfmpegProcess Start(string script, TimeSpan limit) =>
        FfmpegProcess.Start("sh", ["-c", script], withInput: false, limit, TimeProvider.System, TestContext.Current.CancellationToken);

    private static Task<int> ReadOnThreadAsync(FfmpegProcess process) =>
        Task.Factory.StartNew(() => process.ReadOutput(new byte[65536]), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The letter of its state in /proc, or null where it is no more.</summary>
    private static char? StateOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<bool> EndsAsync(int processId)
    {
        for (var i = 0; i < 200; i++)
        {
            // An orphan is reaped by init in its own time: a zombie has ended too.
            var status = $"/proc/{processId}/stat";
            if (!File.Exists(status) || (await File.ReadAllTextAsync(status)).Contains(") Z ", StringComparison.Ordinal))
            {
                return true;
            }

            await Task.Delay(25);
        }

        return false;
    }
}
