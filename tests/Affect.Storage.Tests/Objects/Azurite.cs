using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

/// <summary>Azurite, the Azure Storage emulator, on a free loopback port, in memory; ended with the tests that use it.</summary>
public sealed class Azurite : IAsyncLifetime
{
    // The emulator's published account; no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private Process? _process;

    public int Port { get; private set; }

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{Port}/{Account};";

    public AzureBlobOptions Options => new() { ConnectionString = ConnectionString, Delay = TimeSpan.FromMilliseconds(20) };

    public async ValueTask InitializeAsync()
    {
        Port = FreePort();
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            TestTools.NodeModule("azurite/dist/src/blob/main.js"), "--blobHost", "127.0.0.1", "--blobPort", $"{Port}", "--inMemoryPersistence",
            "--silent", "--disableTelemetry",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        var errors = _process.StandardError.ReadToEndAsync();
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        var began = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || began.Elapsed > TimeSpan.FromMinutes(3))
            {
                throw new InvalidOperationException($"Azurite did not start: {(_process.HasExited ? await errors : "no answer in 3 minutes")}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>A store in a new container.</summary>
    public async Task<AzureBlobStore> NewStoreAsync(string prefix = "")
    {
        var location = $"az://t{Guid.NewGuid():N}/{prefix}";
        var store = (AzureBlobStore)ObjectStoreFactory.Open(location, Options);
        await store.EnsureContainerAsync(TestContext.Current.CancellationToken);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

[CollectionDefinition(Name)]
public sealed class AzuriteGroup : ICollectionFixture<Azurite>
{
    public const string Name = "Azurite";
}
