using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.Cluster.Tests.Processes;

/// <summary><c>affect cluster init</c> and what a silo says of a database that is not as it must be.</summary>
public sealed class MembershipTests
{
    private const int Unavailable = 69;

    [Fact]
    public async Task Tables_AreMadeOnce_AndMissedBySilosThatNeedThem()
    {
        using var box = new Sandbox();
        await using var database = await PostgresServer.StartAsync("127.0.0.1", "127.0.0.1/32");
        var before = await SiloAsync(box, database.ConnectionString);
        Assert.Equal(Unavailable, before.ExitCode);
        Assert.Contains("run 'affect cluster init'", before.Error, StringComparison.Ordinal);

        // Two operators at once, and one later.
        string[] init = ["cluster", "init", "--membership", database.ConnectionString];
        Assert.All(await Task.WhenAll(box.CallAsync(init), box.CallAsync(init)), result => Assert.True(result.ExitCode == 0, $"{result}"));
        Assert.Equal(0, (await box.CallAsync(init)).ExitCode);

        await database.StopAsync();
        var away = await SiloAsync(box, database.ConnectionString);
        Assert.Equal(Unavailable, away.ExitCode);
        Assert.Contains("PostgreSQL at 127.0.0.1", away.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Password", away.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Unavailable, (await box.CallAsync("worker", "--cluster", "--membership", database.ConnectionString)).ExitCode);
    }

    /// <summary>A silo that cannot join ends by itself.</summary>
    private static async Task<CliResult> SiloAsync(Sandbox box, string membership)
    {
        using var silo = AffectProcess.Launch(
            box.Environment, box.Root, ["dotnet", EndToEnd.Tests.Fleets.FleetBuild.Current.Silo, "--membership", membership, "--out", box.PathOf("out"), "--health-port", "0"]);
        return await silo.WaitAsync();
    }
}
