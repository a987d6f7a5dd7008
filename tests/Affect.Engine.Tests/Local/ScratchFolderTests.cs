using Affect.Engine.Local;

namespace Affect.Engine.Tests.Local;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("affect-test-").FullName;

    /// <summary>Processes that start at the same moment sweep while others make their folders.</summary>
    [Fact]
    public async Task Sweep_WhileOthersMakeTheirs_TakesNoneFromThem()
    {
        using var made = new CancellationTokenSource();
        using var sweeper = new ScratchFolder(_parent, TimeProvider.System);
        var sweeping = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!made.IsCancellationRequested)
            {
                sweeper.SweepAbandoned();
            }
        })).ToList();
        var folders = Enumerable.Range(0, 300).Select(_ => new ScratchFolder(_parent, TimeProvider.System)).ToList();
        var paths = folders.ConvertAll(folder => folder.Path);
        await made.CancelAsync();
        await Task.WhenAll(sweeping);
        Assert.All(paths, path => Assert.True(File.Exists(Path.Combine(path, "owner.lock")), path));
        folders.ForEach(folder => folder.Dispose());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_parent));
    }

    [Fact]
    public void Sweep_RemovesWhatAKilledProcessLeft_AtOnce()
    {
        var left = Directory.CreateDirectory(Path.Combine(_parent, "affect-scratch-left"));
        File.WriteAllText(Path.Combine(left.FullName, "owner.lock"), "");
        using var next = new ScratchFolder(_parent, TimeProvider.System);
        next.SweepAbandoned();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_parent));
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
