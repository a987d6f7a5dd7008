using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Affect.Coordinator.Server;

/// <summary>
/// Who may speak to the API: whoever bears the token. Without a token (loopback only) a request must name this machine's loopback address as its host, so that a
/// web page cannot reach the server through a name that it points here (DNS rebinding), and must not come from another origin's page (request forgery).
/// <para>
/// A report is opened by the browser itself, which sends no header of ours: a cookie that is derived from the token (<see cref="SetReportCookie"/>) is good for reading
/// reports and for nothing else.
/// </para>
/// </summary>
internal sealed class TokenGate(ServerOptions options)
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    private readonly byte[]? _expected = options.Token is { } token ? Hash(token) : null;
    private readonly string? _reportKey = options.Token is { } token ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "affect report cookie 1"u8)) : null;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (RefusalOf(context) is not { } refusal)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        await refusal.ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>Lets the browser of whoever bears the token open reports; nothing without a token.</summary>
    public void SetReportCookie(HttpContext context)
    {
        if (_reportKey is not null)
        {
            context.Response.Cookies.Append(CookieName, _reportKey, new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/api/v1/runs", IsEssential = true,
            });
        }
    }

    /// <summary>Servers on other ports of a host share its cookies, so each token has a name of its own.</summary>
    private string CookieName => $"affect-report-{_reportKey![..8]}";

    private IResult? RefusalOf(HttpContext context)
    {
        var request = context.Request;
        if (IPAddress.IsLoopback(options.Listen.Address) && !LoopbackNames.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            return Problems.WrongHost(request.Host.Host);
        }

        if (!request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (_expected is null)
        {
            return request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOwn(origin, request) ? Problems.OtherOrigin(origin) : null;
        }

        if (IsBorneBy(request) || IsReportOf(request))
        {
            return null;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.NoToken();
    }

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private bool IsBorneBy(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        // Hashes are compared, so that neither content nor length of the token shows in the time it takes.
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(header[scheme.Length..].Trim()), _expected);
    }

    private bool IsReportOf(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value is { } path &&
        (path.EndsWith("/report", StringComparison.Ordinal) || path.EndsWith("/report.json", StringComparison.Ordinal)) &&
        request.Cookies[CookieName] is { } cookie && CryptographicOperations.FixedTimeEquals(Hash(cookie), Hash(_reportKey!));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
