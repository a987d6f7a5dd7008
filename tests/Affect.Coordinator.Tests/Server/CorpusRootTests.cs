using System.Net;
using System.Net.Http.Json;
using Affect.Coordinator.Tests.Cli;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Tests.Server;

/// <summary>Corpora lie below the server's roots, by where they really lead; a server cannot be sent to addresses.</summary>
public sealed class CorpusRootTests
{
    [Fact]
    public async Task WhatLiesInside_IsTaken_AndNothingElse()
    {
        using var scratch = new Scratch();
        var (inside, outside, beside) = (scratch.At("videos"), scratch.At("secret"), scratch.At("videos-of-others"));
        Array.ForEach([inside, outside, beside, Path.Combine(inside, "a")], folder => Directory.CreateDirectory(folder));
        File.CreateSymbolicLink(Path.Combine(inside, "own"), Path.Combine(inside, "a"));
        File.CreateSymbolicLink(Path.Combine(inside, "out"), outside);
        File.CreateSymbolicLink(Path.Combine(inside, "a", "up"), "../../secret");
        // One '..' after it leads up from a deep folder, or out, depending on who takes it away.
        Directory.CreateDirectory(Path.Combine(inside, "b", "c", "d"));
        File.CreateSymbolicLink(Path.Combine(inside, "deep"), Path.Combine(inside, "b", "c", "d"));
        File.CreateSymbolicLink(Path.Combine(inside, "round"), Path.Combine(inside, "round"));
        await using var server = await LiveServer.StartAsync(null, inside, "az://corpora/public");

        foreach (var corpus in (IEnumerable<string>)
            [inside, inside + "/", $"{inside}/a", $"{inside}/a/../a/./x.mp4", $"{inside}/own/x.mp4", "az://corpora/public", "az://corpora/public/2026"])
        {
            using var taken = await PostAsync(server, corpus);
            Assert.True(taken.IsSuccessStatusCode, $"{corpus}: {await taken.Content.ReadAsStringAsync()}");
        }

        var count = (await server.Engine.ListAsync(CancellationToken.None)).Count;
        foreach (var corpus in (IEnumerable<string>)
        [
            outside, beside, "/", "/etc/passwd", "relative", $"{inside}/..", $"{inside}/../secret", $"{inside}/a/../../secret", $"{inside}/out", $"{inside}/out/x.mp4", $"{inside}/a/up",
            $"{inside}/out/../videos/../secret", $"{inside}/deep/../../x.mp4", $"file://{inside}", $"file:{inside}", $"FILE:{inside}", "http://127.0.0.1/x.mp4", "https://example.org/x.mp4", "ftp://h/x", "s3://b/x", $"concat:{inside}/a",
            "http:/127.0.0.1/x.mp4", $"{inside}\0/../secret", "az://corpora", "az://corpora/private", "az://corpora/publicity", "az://corpora/public/../private", "az://other/public", "\\\\host\\share",
        ])
        {
            using var refused = await PostAsync(server, corpus);
            var problem = await LiveServer.ProblemOfAsync(refused, HttpStatusCode.BadRequest, "invalid-request");
            Assert.Contains("corpus", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(count, (await server.Engine.ListAsync(CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    public async Task WithoutRoots_AddressesAreRefusedAllTheSame(string corpus)
    {
        await using var server = await LiveServer.StartAsync();
        using var refused = await PostAsync(server, corpus);
        await LiveServer.ProblemOfAsync(refused, HttpStatusCode.BadRequest, "invalid-request");
    }

    private static Task<HttpResponseMessage> PostAsync(LiveServer server, string corpus) =>
        server.Http.PostAsJsonAsync("api/v1/runs", new JobRequest { Corpus = corpus }, WireJson.Options);
}
