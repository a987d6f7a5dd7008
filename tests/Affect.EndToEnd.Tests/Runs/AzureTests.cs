using Affect.EndToEnd.Tests.Fixtures;
using Affect.Storage.Objects;
using Affect.Storage.Tests.Objects;

namespace Affect.EndToEnd.Tests.Runs;

/// <summary>Corpus and results in Azure Blob Storage (its emulator): the same run, the same rows as in folders.</summary>
[Collection(AzuriteGroup.Name)]
public sealed class AzureTests(Azurite azurite)
{
    [Fact]
    public async Task Run_GivesTheSameRowsInAFolderAndInAContainer()
    {
        using var box = new Sandbox();
        box.Environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;
        box.Add(Clips.Cut(4, 4), "sub/first film.mp4");
        box.Add(Clips.Get("transport.ts"));
        var corpus = await azurite.NewStoreAsync("videos");
        foreach (var file in Directory.EnumerateFiles(box.Corpus, "*", SearchOption.AllDirectories))
        {
            await corpus.UploadFileAsync(file, Path.GetRelativePath(box.Corpus, file), TestContext.Current.CancellationToken);
        }

        var local = await box.RunAsync(box.Corpus, "local", 0, "--chunk-frames", "25");
        // The container is not there: it is made, as a folder would be.
        var results = $"az://out{Guid.NewGuid():N}/team/a";
        var remote = await AzureRunAsync(box, corpus.Location, results);
        Assert.Equal(local.Id, remote.Id);
        Assert.StartsWith(results, remote.Location, StringComparison.Ordinal);
        var store = ObjectStoreFactory.Open(results, azurite.Options);
        LabelTable.AssertSame(local.Labels(), await DownloadAsync(box, store, remote.Id));
        await AssertOnlyWinnersAsync(store, remote.Id);

        var again = await AzureRunAsync(box, corpus.Location, results);
        Assert.Equal(again.Number("chunks"), again.Number("chunksDoneBefore"));
    }

    [Fact]
    public async Task Run_KilledWhileItWritesToAContainer_GoesOnWithTheSameRows()
    {
        using var box = new Sandbox();
        box.Environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;
        box.Add(Clips.Cut(4, 6));
        var local = await box.RunAsync(box.Corpus, "local", 0, "--chunk-frames", "25");
        var results = $"az://out{Guid.NewGuid():N}";
        var store = ObjectStoreFactory.Open(results, azurite.Options);
        using (var first = box.Start("run", box.Corpus, "--out", results, "--chunk-frames", "25"))
        {
            await Wait.ForAsync(async () => first.HasExited || await CountAsync(store, local.Id, "done/") >= 2);
            first.Kill();
            await first.AssertNothingLeftAsync();
        }

        var before = await CountAsync(store, local.Id, "done/");
        var second = await AzureRunAsync(box, box.Corpus, results);
        Assert.Equal(before, second.Number("chunksDoneBefore"));
        LabelTable.AssertSame(local.Labels(), await DownloadAsync(box, store, local.Id));
        await AssertOnlyWinnersAsync(store, local.Id);
    }

    [Fact]
    public async Task Run_OfAContainerThatIsNotThere_SaysSo()
    {
        using var box = new Sandbox();
        box.Environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;
        var result = await box.CallAsync("run", "az://no-such-container/x", "--out", box.PathOf("out"));
        Assert.True(result.ExitCode == 66, $"{result}");
        Assert.Contains("no-such-container", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static async Task<RunFolder> AzureRunAsync(Sandbox box, string corpus, string results)
    {
        var result = await box.CallAsync("run", corpus, "--out", results, "--chunk-frames", "25", "--output", "json");
        Assert.True(result.ExitCode == 0, $"{result}");
        return new RunFolder(System.Text.Json.JsonDocument.Parse(result.Output).RootElement, result);
    }

    private static async Task<int> CountAsync(IObjectStore store, string run, string folder)
    {
        try
        {
            return await store.ListAsync($"runs/{run}/{folder}", TestContext.Current.CancellationToken).CountAsync();
        }
        catch (ObjectStoreException)
        {
            // The container is not there yet.
            return 0;
        }
    }

    private static async Task<LabelTable> DownloadAsync(Sandbox box, IObjectStore store, string run)
    {
        var folder = box.Folder($"downloaded-{Guid.NewGuid():N}");
        await foreach (var found in store.ListAsync($"runs/{run}/labels/", TestContext.Current.CancellationToken))
        {
            await store.DownloadFileAsync(found.Name, Path.Combine(folder, Path.GetFileName(found.Name)), TestContext.Current.CancellationToken);
        }

        return LabelTable.Read(folder);
    }

    private static async Task AssertOnlyWinnersAsync(IObjectStore store, string run) =>
        Assert.Equal(await CountAsync(store, run, "done/"), await CountAsync(store, run, "chunks/"));
}
