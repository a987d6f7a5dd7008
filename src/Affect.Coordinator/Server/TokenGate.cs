using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Affect.Coordinator.Server;

/// <summary>
/// Who may speak to the API: whoever bears the token. Without a token (loopback only) a request must name this machine's loopback address as its host, so that a
/// web page cannot reach the server through a name that it points here (DNS rebinding).
/// </summary>
internal sealed class TokenGate(ServerOptions options)
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    private readonly byte[]? _expected = options.Token is { } token ? Hash(token) : null;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (IPAddress.IsLoopback(options.Listen.Address) && !LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            await Problems.WrongHost(context.Request.Host.Host).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        if (_expected is not null && context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !IsBorneBy(context.Request))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.NoToken().ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private bool IsBorneBy(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        // Hashes are compared, so that neither content nor length of the token shows in the time it takes.
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(header[scheme.Length..].Trim()), _expected);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
