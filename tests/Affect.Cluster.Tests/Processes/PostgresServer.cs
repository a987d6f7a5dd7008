using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Fleets;
using Npgsql;

namespace Affect.Cluster.Tests.Processes;

/// <summary>A PostgreSQL server of the test's own, with its data in a temporary folder. It refuses to run as root, so root starts it as the user <c>postgres</c>.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Password = "of-a-test";

    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly string _folder = Directory.CreateTempSubdirectory("affect-pg-").FullName;
    private readonly int _port = Ports.Free();
    private readonly string _address;
    private AffectProcess? _process;

    private PostgresServer(string address) => _address = address;

    public string ConnectionString => $"Host={_address};Port={_port};Database=postgres;Username=affect;Password={Password};Timeout=5;Command Timeout=5";

    private static string Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Path.Combine(Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last(), "bin")
        : throw new InvalidOperationException("PostgreSQL is not installed: run eng/setup.sh test.");

    /// <param name="address">Where it listens.</param>
    /// <param name="clients">The network that may log in, such as 127.0.0.1/32.</param>
    public static async Task<PostgresServer> StartAsync(string address, string clients)
    {
        var server = new PostgresServer(address);
        await File.WriteAllTextAsync(Path.Combine(server._folder, "password"), Password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "-R", "postgres:postgres", server._folder]);
        }

        await RunAsync([
            .. AsUser, Path.Combine(Programs, "initdb"), "-D", server.Data, "-U", "affect", "--auth=scram-sha-256", $"--pwfile={server._folder}/password", "--no-sync", "-E", "UTF8",
            "--locale=C"]);
        await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), $"host all all {clients} scram-sha-256\n");
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        _process = AffectProcess.Launch(NoEnvironment, "/", [
            .. AsUser, Path.Combine(Programs, "postgres"), "-D", Data, "-p", $"{_port}", "-k", _folder, "-c", $"listen_addresses={_address}", "-c", "fsync=off"]);
        await Wait.ForAsync(async () =>
        {
            Assert.False(_process.HasExited, "PostgreSQL did not start");
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
    }

    /// <summary>Ends it at once, as a crash does; every connection breaks.</summary>
    public async Task StopAsync()
    {
        const int immediateShutdown = 3;
        _process!.Signal(immediateShutdown);
        await _process.WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await StopAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private static IEnumerable<string> AsUser => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static async Task RunAsync(IEnumerable<string> command)
    {
        using var process = AffectProcess.Launch(NoEnvironment, "/", command);
        var result = await process.WaitAsync();
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', command)}: {result}");
    }
}
