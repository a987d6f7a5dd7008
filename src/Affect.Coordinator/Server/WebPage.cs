using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Affect.Coordinator.Server;

/// <summary>The web page: a few embedded files, without anything from elsewhere.</summary>
internal static class WebPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Scripts =
    [
        "actions.js", "api.js", "app.js", "dialogs.js", "dom.js", "failures.js", "figures.js", "format.js", "progress.js", "run.js", "runs.js", "submit.js", "workers.js",
    ];

    private static readonly (string Path, string Resource, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"), ("/page.css", "page.css", "text/css; charset=utf-8"), ("/parts.css", "parts.css", "text/css; charset=utf-8"),
        ("/openapi.json", "openapi.json", "application/json"), .. Scripts.Select(name => ($"/{name}", name, "text/javascript; charset=utf-8")),
    ];

    /// <summary>Paths of the page's own files.</summary>
    public static IEnumerable<string> Paths => Files.Select(file => file.Path);

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var (path, resource, type) in Files)
        {
            var content = Read(resource);
            app.MapGet(path, (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = Policy;
                context.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(content, type);
            });
        }
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Affect.Coordinator.Server.{name}")
            ?? throw new InvalidOperationException($"{name} is not in the program.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
