using System.Diagnostics;
using System.Security.Cryptography;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

/// <summary>kill -9 of a real writer process, many times over one store.</summary>
public sealed class KillTests
{
    private const string FolderVariable = "AFFECT_TEST_KILL_FOLDER";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KilledProcess_EveryObjectIsWhole_AndWhatWasReturnedIsThere()
    {
        using var folder = new TestFolder();
        var store = new LocalObjectStore(folder.File("store"));
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var total = 0;
        for (var round = 0; round < 6; round++)
        {
            var acknowledged = await RunAndKillAsync(folder, random.Next(20, 120));
            Assert.NotEmpty(acknowledged);
            var names = new HashSet<string>();
            await foreach (var entry in store.ListAsync(string.Empty, Token))
            {
                names.Add(entry.Name);
                var content = await store.ReadAllAsync(entry.Name, Token);
                Assert.Equal(SHA256.HashData(content.AsSpan(32)), content[..32]);
            }

            Assert.Subset(names, acknowledged.ToHashSet());
            total += names.Count;
        }

        Assert.True(total > 100, $"only {total} objects");
    }

    /// <summary>The writer: run by the test above in a process of its own, never by itself.</summary>
    [Fact(Explicit = true)]
    public async Task Victim()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable) ?? throw new InvalidOperationException($"{FolderVariable} is not set.");
        var store = new LocalObjectStore(folder);
        await using var log = new FileStream(folder + ".log", FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1);
        var process = Environment.ProcessId;
        for (var i = 0; ; i++)
        {
            var content = new byte[32 + (i * 9973 % 300_000)];
            Random.Shared.NextBytes(content.AsSpan(32));
            SHA256.HashData(content.AsSpan(32), content);
            var name = (i % 3) switch { 0 => "replaced", 1 => $"put/{process}/{i}", _ => $"created/{process}-{i}" };
            if (i % 3 == 2)
            {
                await store.CreateIfAbsentAsync(name, content, Token);
            }
            else
            {
                await store.PutAsync(name, content, Token);
            }

            log.Write(System.Text.Encoding.UTF8.GetBytes(name + "\n"));
        }
    }

    private static async Task<List<string>> RunAndKillAsync(TestFolder folder, int afterWrites)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Affect.Storage.Tests")) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "-explicit", "only", "-method", $"{typeof(KillTests).FullName}.{nameof(Victim)}", "-noColor" })
        {
            start.ArgumentList.Add(argument);
        }

        var log = folder.File("store.log");
        File.Delete(log);
        start.Environment[FolderVariable] = folder.File("store");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        while (!File.Exists(log) || (await ReadAsync(log)).Count < afterWrites)
        {
            Assert.False(process.HasExited, process.HasExited ? await output : string.Empty);
            await Task.Delay(5, Token);
        }

        process.Kill();
        await process.WaitForExitAsync(Token);
        return await ReadAsync(log);
    }

    private static async Task<List<string>> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var text = await reader.ReadToEndAsync();
        return [.. text.Split('\n').SkipLast(1)];
    }
}
