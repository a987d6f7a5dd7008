using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Affect.Coordinator.Clusters;
using Affect.Coordinator.Local;
using Affect.Coordinator.Server;
using Affect.Coordinator.Serving;
using Affect.Engine.Local;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect serve</c>: HTTP API and web page over this machine's engine, or as a client of a cluster.</summary>
internal static class ServeCommand
{
    private const string DefaultListen = "127.0.0.1:8480";

    public static Command Create()
    {
        var command = new Command("serve", "Run the HTTP API and the web page, and label what is submitted");
        var listen = new Option<string>("--listen") { Description = "Address and port", DefaultValueFactory = _ => DefaultListen };
        var output = CommonOptions.Out();
        var roots = new Option<string[]>("--root")
        {
            Description = "Folder or az:// location below which corpora must lie; several may be given; needed unless bound to loopback, or with --cluster", DefaultValueFactory = _ => [],
        };
        var tokenFile = ServerOption.TokenFile();
        var lease = Lease();
        var cluster = ClusterOption.Cluster();
        var membership = ClusterOption.Membership();
        var id = ClusterOption.Id();
        var worker = WorkerOptionsBinder.AddTo(command, fewest: 0);
        foreach (var option in new Option[] { listen, output, roots, tokenFile, lease, cluster, membership, id })
        {
            command.Options.Add(option);
        }

        var log = LogOption.AddTo(command);
        OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = new ServeArguments(
                ParseListen(parsed.GetRequiredValue(listen)), parsed.GetRequiredValue(output), parsed.GetRequiredValue(roots), parsed.GetValue(tokenFile), worker.Bind(parsed),
                log.Bind(parsed), ServingOptions.Default.WithLease(TimeSpan.FromSeconds(parsed.GetValue(lease))));
            arguments.CheckFolders();
            if (parsed.GetValue(cluster) && parsed.GetResult(lease) is { Implicit: false })
            {
                throw new CommandException(ExitCodes.Usage, "--lease is the silos' matter in a cluster: give it to affect-silo");
            }

            return parsed.GetValue(cluster)
                ? await ServeClusterAsync(arguments, parsed.GetValue(membership), parsed.GetRequiredValue(id), cancellationToken).ConfigureAwait(false)
                : await ServeLocalAsync(arguments, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static Option<double> Lease()
    {
        var lease = new Option<double>("--lease")
        {
            Description = "Seconds without a sign of life after which a worker's chunk is given to another", DefaultValueFactory = _ => ServingOptions.Default.Ledger.LeaseDuration.TotalSeconds,
        };
        var (shortest, longest) = (ServingOptions.ShortestLease.TotalSeconds, ServingOptions.LongestLease.TotalSeconds);
        CommonOptions.Range(lease, v => v >= shortest && v <= longest, $"{shortest} to {longest}");
        return lease;
    }

    private static async Task<int> ServeLocalAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        arguments.CheckNarrowed();
        var time = TimeProvider.System;
        using var workspace = RunSession.OpenWorkspace(arguments.Output, time);
        var workplace = new Workplace(workspace.Objects.Location, arguments.Roots);
        var engine = await Guard.RunAsync(async () =>
        {
            await workspace.PrepareAsync(cancellationToken).ConfigureAwait(false);
            return await LocalJobEngine.OpenAsync(workspace.Objects, workplace, arguments.Serving, time, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        using var loggers = LogOption.Open(arguments.Log, time);
        await using var setup = arguments.Worker.Lanes == 0
            ? null
            : await WorkerSetup.CreateAsync(arguments.Worker, engine, workplace, isInServer: true, time, loggers, cancellationToken).ConfigureAwait(false);
        return await ServeAsync(engine, workspace, arguments, setup, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> ServeClusterAsync(ServeArguments arguments, string? membership, string clusterId, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        await using var handle = await ClusterAccess.OpenAsync(
            membership ?? throw new CommandException(ExitCodes.Usage, "--cluster needs --membership (or AFFECT_MEMBERSHIP)"), clusterId, cancellationToken).ConfigureAwait(false);
        Workplace workplace;
        try
        {
            workplace = await new RetryingWorkSource(handle.Work, RetryingWorkSource.DefaultBound, time, Environment.ProcessId)
                .WorkplaceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WorkSourceException e)
        {
            throw new CommandException(ExitCodes.Unavailable, e.Message, e);
        }

        // The cluster says where runs live and what may be read; the server's own --root can only narrow it.
        using var workspace = RunSession.OpenWorkspace(workplace.Location, time);
        var narrowed = arguments with { Roots = arguments.Roots.Count > 0 ? arguments.Roots : workplace.CorpusRoots };
        narrowed.CheckNarrowed();
        return await ServeAsync(handle.Engine, workspace, narrowed, null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(
        IJobEngine engine, Workspace workspace, ServeArguments arguments, WorkerSetup? worker, CancellationToken cancellationToken)
    {
        var options = new ServerOptions
        {
            Listen = arguments.Listen, Token = Token(arguments), Roots = new CorpusRoots(arguments.Roots), Version = Installation.Version,
        };
        await using var app = ApiServer.Build(engine, new RunReader(workspace, TimeProvider.System), options);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCodes.Unavailable, $"--listen: {e.Message}", e);
        }

        Console.Error.WriteLine($"affect: serving {app.Urls.First()}, runs in {workspace.Objects.Location}");
        if (arguments.Roots.Count == 0)
        {
            Console.Error.WriteLine("affect: corpora may lie anywhere on this machine; --root narrows that");
        }

        var working = worker?.Host.RunAsync(cancellationToken) ?? Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
        await working.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(limit.Token).ConfigureAwait(false);
        return cancellationToken.IsCancellationRequested ? ExitCodes.Success : ExitCodes.Internal;
    }

    /// <summary>The token asked for; off loopback there is always one: where none is given, a new one in a file that only this user can read.</summary>
    private static string? Token(ServeArguments arguments)
    {
        if (ServerOption.ReadToken(arguments.TokenFile) is { } token)
        {
            return token;
        }

        if (IPAddress.IsLoopback(arguments.Listen.Address))
        {
            return null;
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new CommandException(ExitCodes.Usage, "off loopback the server needs --token-file or AFFECT_TOKEN");
        }

        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".affect");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(folder, "server-token");
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        File.Delete(file);
        using (var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(made));
        }

        Console.Error.WriteLine($"affect: a new token is in {file}; clients need --token-file or AFFECT_TOKEN");
        return made;
    }

    private static IPEndPoint ParseListen(string text)
    {
        var normal = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1{text[9..]}" : text;
        return IPEndPoint.TryParse(normal, out var address) && normal.Contains(':', StringComparison.Ordinal)
            ? address
            : throw new CommandException(ExitCodes.Usage, $"--listen must be an address and port such as {DefaultListen} or 0.0.0.0:8480, not '{text}'");
    }
}

/// <summary>What <c>serve</c> was asked for.</summary>
internal sealed record ServeArguments(
    IPEndPoint Listen, string Output, IReadOnlyList<string> Roots, string? TokenFile, WorkerArguments Worker, string? Log, ServingOptions Serving)
{
    public void CheckFolders()
    {
        foreach (var root in Roots.Where(root => !Storage.Objects.AzureLocation.IsAzure(root) && !Directory.Exists(root)))
        {
            throw new CommandException(ExitCodes.NoInput, $"--root: there is no folder {root}");
        }
    }

    /// <summary>Off loopback there must be a root: of this command line, or of the cluster that it serves.</summary>
    public void CheckNarrowed()
    {
        if (Roots.Count == 0 && !IPAddress.IsLoopback(Listen.Address))
        {
            throw new CommandException(ExitCodes.Usage, $"bound to {Listen.Address}, the server (or its cluster) needs --root: the folders that others may have labelled");
        }
    }
}
