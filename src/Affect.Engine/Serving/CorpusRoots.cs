using Affect.Storage.Objects;

namespace Affect.Engine.Serving;

/// <summary>
/// The places that a server may read corpora from. A location counts by where it really leads: <c>..</c> and symbolic links are followed first. Other schemes than a path or
/// <c>az://</c> are never inside, so that a server cannot be sent to addresses of its network.
/// </summary>
/// <param name="roots">Folders and <c>az://</c> locations; none: every local path and <c>az://</c> location is inside.</param>
public sealed class CorpusRoots(IReadOnlyList<string> roots)
{
    private readonly string[] _folders = [.. roots.Where(root => !AzureLocation.IsAzure(root)).Select(RealPath)];
    private readonly string[] _remote = [.. roots.Where(AzureLocation.IsAzure).Select(Remote)];

    public bool Contains(string location)
    {
        if (AzureLocation.IsAzure(location))
        {
            return !location.Split('/').Contains("..") && (roots.Count == 0 || _remote.Any(root => Remote(location).StartsWith(root, StringComparison.Ordinal)));
        }

        if (location.Length == 0 || location.Contains('\0', StringComparison.Ordinal) || location.Contains("://", StringComparison.Ordinal) ||
            location.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Who opens it may take '..' off the text first, or leave it to the system, which follows links before it goes up: both ways must end inside.
        return roots.Count == 0 || (IsInside(RealPath(location)) && IsInside(RealPath(Path.GetFullPath(location))));
    }

    private bool IsInside(string path) => _folders.Any(root => path == root || path.StartsWith(root.EndsWith('/') ? root : root + '/', StringComparison.Ordinal));

    /// <summary>With '/' at its end, so that <c>az://c/data</c> does not hold <c>az://c/database</c>.</summary>
    private static string Remote(string location) => location.TrimEnd('/') + '/';

    /// <summary>The path with every symbolic link on the way followed before the next '..'; what does not exist stays as it is.</summary>
    private static string RealPath(string path)
    {
        const int MaxLinks = 40;
        var links = 0;
        var pending = new Stack<string>(Path.Combine(Environment.CurrentDirectory, path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            var info = new FileInfo(next);
            if (part == "." || info.LinkTarget is not { } target || ++links > MaxLinks)
            {
                real = part == "." ? real : next;
                continue;
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                pending.Push(step);
            }
        }

        return real;
    }
}
