using Affect.Core.Corpora;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Coordinator.Cli;

/// <summary>A run that was found, with what reading it needs.</summary>
internal sealed class LocatedRun(Workspace workspace, RunStore store, RunDefinition run, CorpusManifest manifest) : IDisposable
{
    public Workspace Workspace { get; } = workspace;

    public RunStore Store { get; } = store;

    public RunDefinition Run { get; } = run;

    public CorpusManifest Manifest { get; } = manifest;

    public IVideoLibrary Videos { get; } = new VideoLibrary(manifest, workspace.Fetcher, workspace.Objects, workspace.Prober);

    public Task<RunState> StateAsync(TimeProvider time, CancellationToken cancellationToken) =>
        new RunInspector(Store, Run, Videos, Workspace.ScratchFolder, time).ReadAsync(cancellationToken);

    public void Dispose() => Workspace.Dispose();
}

/// <summary>Finds the run that a command names: by its id, by an unambiguous beginning of it, or by the path of its folder.</summary>
internal static class RunLocator
{
    /// <exception cref="CommandException">There is no such run, or several.</exception>
    public static Task<LocatedRun> FindAsync(string named, string output, TimeProvider time, CancellationToken cancellationToken) =>
        Guard.RunAsync(() => OpenAsync(named, output, time, cancellationToken));

    private static async Task<LocatedRun> OpenAsync(string named, string output, TimeProvider time, CancellationToken cancellationToken)
    {
        var (location, id) = Split(named, output);
        var workspace = RunSession.OpenWorkspace(location, time);
        try
        {
            var store = new RunStore(workspace.Objects, new RunLayout(await ResolveAsync(workspace, id, cancellationToken).ConfigureAwait(false)));
            var run = await store.TryReadAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new CommandException(ExitCodes.NoInput, $"{workspace.Objects.Location} holds no run {id}");
            var manifest = ManifestText.ReadJsonLines(run.Manifest, string.Empty);
            if (manifest.Errors.Count > 0)
            {
                throw new FormatException($"{store.Layout.Manifest}: {manifest.Errors[0]}");
            }

            return new LocatedRun(workspace, store, run, new CorpusManifest(manifest.Entries));
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    /// <summary>Workspace and id of a path such as <c>affect-out/runs/4s0c8m1kd2z9h7aw</c>; what is no path is an id in <c>--out</c>.</summary>
    internal static (string Location, string Id) Split(string named, string output)
    {
        var path = named.TrimEnd('/');
        var at = path.LastIndexOf('/' + RunLayout.RunsPrefix, StringComparison.Ordinal);
        if (at >= 0)
        {
            return (at == 0 ? "/" : path[..at], path[(at + RunLayout.RunsPrefix.Length + 1)..]);
        }

        return path.StartsWith(RunLayout.RunsPrefix, StringComparison.Ordinal) ? (".", path[RunLayout.RunsPrefix.Length..]) : (output, path);
    }

    private static async Task<string> ResolveAsync(Workspace workspace, string beginning, CancellationToken cancellationToken)
    {
        if (beginning.Length == 0 || !beginning.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw new CommandException(ExitCodes.NoInput, $"'{beginning}' is neither a run's id nor the path of a run's folder (LOCATION/runs/ID)");
        }

        if (beginning.Length <= 64 && await workspace.Objects.ExistsAsync(new RunLayout(beginning).Run, cancellationToken).ConfigureAwait(false))
        {
            return beginning;
        }

        var found = new List<string>();
        await foreach (var id in workspace.RunIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (id.StartsWith(beginning, StringComparison.Ordinal))
            {
                found.Add(id);
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandException(ExitCodes.NoInput, $"{workspace.Objects.Location} holds no run {beginning}; 'affect runs --out LOCATION' lists those it holds"),
            _ => throw new CommandException(ExitCodes.NoInput, $"{beginning} is the beginning of {found.Count} runs: {string.Join(", ", found.Take(5))}"),
        };
    }
}
