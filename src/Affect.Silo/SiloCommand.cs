using System.CommandLine;
using System.Net;
using Affect.Engine.Serving;
using Affect.Silo.Membership;
using Affect.Storage.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Affect.Silo;

/// <summary><c>affect-silo</c>: a coordinator silo until SIGTERM. Every option can come from the environment, as containers have it.</summary>
internal static class SiloCommand
{
    private const int Usage = 64;

    private const int Unavailable = 69;

    public static Task<int> RunAsync(string[] args)
    {
        var membership = Text("--membership", "AFFECT_MEMBERSHIP", "PostgreSQL connection string of the cluster's membership, or localhost", null);
        var cluster = Text("--cluster-id", "AFFECT_CLUSTER_ID", "Name of the cluster", ClusterOptions.DefaultClusterId);
        var output = Text("--out", "AFFECT_OUT", "Where runs live: a folder that all workers see, or az://container/prefix", null);
        var roots = new Option<string[]>("--root")
        {
            Description = "Folder or az:// location below which corpora must lie; several may be given (AFFECT_ROOTS, separated by ';')",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AFFECT_ROOTS")?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
        var siloPort = Port("--silo-port", "AFFECT_SILO_PORT", "Other silos reach this one here", SiloOptions.DefaultSiloPort);
        var gatewayPort = Port("--gateway-port", "AFFECT_GATEWAY_PORT", "Servers and workers reach this silo here", SiloOptions.DefaultGatewayPort);
        var healthPort = Port("--health-port", "AFFECT_HEALTH_PORT", "HTTP port of /health/live and /health/ready; 0: none", SiloOptions.DefaultHealthPort);
        var advertise = Text("--advertise", "AFFECT_ADVERTISE", "IP address that the other members are told (default: this machine's first)", string.Empty);
        var lease = Number(
            "--lease", "AFFECT_LEASE", "Seconds without a sign of life after which a worker's chunk is given to another", (int)ServingOptions.Default.Ledger.LeaseDuration.TotalSeconds,
            (int)ServingOptions.ShortestLease.TotalSeconds, (int)ServingOptions.LongestLease.TotalSeconds);
        var root = new RootCommand("A coordinator silo of Affect.Distributed: keeps the ledgers of runs; workers and servers are its clients.");
        foreach (var option in new Option[] { membership, cluster, output, roots, siloPort, gatewayPort, healthPort, advertise, lease })
        {
            root.Options.Add(option);
        }

        root.SetAction(async (parsed, cancellationToken) =>
        {
            var address = parsed.GetValue(advertise) is { Length: > 0 } text ? text : null;
            if (address is not null && !IPAddress.TryParse(address, out _))
            {
                await Console.Error.WriteLineAsync($"affect-silo: --advertise must be an IP address, not '{address}'").ConfigureAwait(false);
                return Usage;
            }

            return await RunAsync(
                new SiloOptions
                {
                    Cluster = new ClusterOptions { Membership = parsed.GetRequiredValue(membership), ClusterId = parsed.GetRequiredValue(cluster) },
                    Workplace = new Workplace(parsed.GetRequiredValue(output), parsed.GetRequiredValue(roots)),
                    SiloPort = parsed.GetValue(siloPort),
                    GatewayPort = parsed.GetValue(gatewayPort),
                    HealthPort = parsed.GetValue(healthPort),
                    Serving = ServingOptions.Default.WithLease(TimeSpan.FromSeconds(parsed.GetValue(lease))),
                    AdvertisedAddress = address is null ? null : IPAddress.Parse(address),
                },
                cancellationToken).ConfigureAwait(false);
        });
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                Console.Error.WriteLine($"affect-silo: {error.Message}");
            }

            return Task.FromResult(Usage);
        }

        // The host handles SIGTERM itself: the library's own handler would end the process after two seconds.
        return result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (!options.Cluster.IsLocalhost)
            {
                await MembershipSchema.CheckAsync(options.Cluster.Membership, cancellationToken).ConfigureAwait(false);
            }

            var objects = ObjectStoreFactory.Open(options.Workplace.Location, AzureBlobOptions.FromEnvironment());
            await using var app = SiloHost.Build(options, objects, logging => logging
                .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ssZ ", true))
                .AddFilter("Orleans", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning).SetMinimumLevel(LogLevel.Information));
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            await Console.Error.WriteLineAsync(
                $"affect-silo: in cluster {options.Cluster.ClusterId}, silo port {options.SiloPort}, gateway port {options.GatewayPort}").ConfigureAwait(false);
            await app.WaitForShutdownAsync(CancellationToken.None).ConfigureAwait(false);
            return 0;
        }
        catch (MembershipException e)
        {
            await Console.Error.WriteLineAsync($"affect-silo: {e.Message}").ConfigureAwait(false);
            return Unavailable;
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync($"affect-silo: {e.Message}").ConfigureAwait(false);
            return Usage;
        }
    }

    private static Option<string> Text(string name, string variable, string description, string? otherwise)
    {
        var option = new Option<string>(name) { Description = $"{description} ({variable})" };
        if ((Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : otherwise) is { } preset)
        {
            option.DefaultValueFactory = _ => preset;
        }
        else
        {
            option.Required = true;
        }

        return option;
    }

    private static Option<int> Port(string name, string variable, string description, int otherwise) => Number(name, variable, description, otherwise, 0, 65535);

    private static Option<int> Number(string name, string variable, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} ({variable})",
            DefaultValueFactory = result =>
            {
                if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value)
                {
                    return otherwise;
                }

                if (int.TryParse(value, out var number))
                {
                    return number;
                }

                result.AddError($"{variable} must be a whole number, not '{value}'.");
                return 0;
            },
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{name} must be in {least}..{most}, not {value}.");
            }
        });
        return option;
    }
}
