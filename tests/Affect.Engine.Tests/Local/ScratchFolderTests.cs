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
        using var sweeper = new ScratchFolder(_parent);
        var sweeping = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!made.IsCancellationRequested)
            {
                sweeper.SweepAbandoned();
            }
        })).ToList();
        var folders = Enumerable.Range(0, 300).Select(_ => new ScratchFolder(_parent)).ToList();
        var paths = folders.ConvertAll(folder => folder.Path);
        await made.CancelAsync();
        await Task.WhenAll(sweeping);
        Assert.All(paths, path => Assert.True(File.Exists(Path.Combine(path, "owner.lock")), path));
        folders.ForEach(folder => folder.Dispose());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_parent));
    }

    /// <summary>Each moment at which its process can have been killed: before it had its lock, in the work, in the removal.</summary>
    [Theory]
    [InlineData()]
    [InlineData("owner.lock")]
    [InlineData("owner.lock", "labels.parquet", "run/0.parquet")]
    public void Sweep_RemovesWhatAKilledProcessLeft_AtOnce(params string[] files)
    {
        var left = Directory.CreateDirectory(Path.Combine(_parent, "affect-scratch-left"));
        foreach (var file in files)
        {
            var path = Path.Combine(left.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }

        using var next = new ScratchFolder(_parent);
        next.SweepAbandoned();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_parent));
    }

    [Fact]
    public void Sweep_LeavesTheFolderOfALivingOwner_WithItsFiles()
    {
        using var living = new ScratchFolder(_parent);
        var file = Path.Combine(living.Path, "labels.parquet");
        File.WriteAllText(file, "");
        using var next = new ScratchFolder(_parent);
        next.SweepAbandoned();
        living.SweepAbandoned();
        Assert.True(File.Exists(file));
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
