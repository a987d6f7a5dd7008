using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Affect.Coordinator.Server;

/// <summary>Refusals as RFC 9457 problem details; the detail names the field and the way out. The types are listed in openapi.json.</summary>
internal static class Problems
{
    public static IResult Invalid(string detail) => Of(StatusCodes.Status400BadRequest, "invalid-request", "The request is not valid", detail);

    /// <summary>A body that is no JSON, or not the JSON that is asked for. The reader's words name the field and the place.</summary>
    public static IResult Unreadable(JsonException e) => Invalid($"the body: {e.Message}");

    public static IResult NoSuchJob(string job) =>
        Of(StatusCodes.Status404NotFound, "no-such-job", "There is no such job", $"there is no job {job}; GET /api/v1/runs lists the jobs there are");

    public static IResult NotThere(string detail) => Of(StatusCodes.Status404NotFound, "not-there-yet", "Not there", detail);

    public static IResult NotNow(string detail) => Of(StatusCodes.Status409Conflict, "not-in-this-phase", "Not in this phase of the job", detail);

    public static IResult NoToken() => Of(
        StatusCodes.Status401Unauthorized, "token-needed", "A token is needed",
        "send the server's token as 'Authorization: Bearer TOKEN'; 'affect serve' says at its start where the token is");

    public static IResult WrongHost(string host) => Of(
        StatusCodes.Status421MisdirectedRequest, "wrong-host", "Not this server's name",
        $"'{host}' is not a name of this machine's loopback address: the request may come from a web page that was made to look like this server");

    public static IResult OtherOrigin(string origin) => Of(
        StatusCodes.Status403Forbidden, "other-origin", "Not from this server's page", $"the request comes from a page of {origin}, which may not speak to this server");

    public static IResult TooLarge() => Of(
        StatusCodes.Status413PayloadTooLarge, "too-large", "The request is too large", $"a request may have {ServerOptions.LargestRequestBytes} bytes at most");

    public static IResult NotJson() => Of(
        StatusCodes.Status415UnsupportedMediaType, "not-json", "Not JSON", "send the body as JSON, with 'Content-Type: application/json'");

    public static IResult Unavailable(string detail) => Of(StatusCodes.Status503ServiceUnavailable, "engine-unavailable", "The engine does not answer", detail);

    public static IResult Defect() => Of(
        StatusCodes.Status500InternalServerError, "defect", "A defect in this program", "the server's log has the details; please report it with them");

    /// <summary>For the bare status codes of the framework: no such path, no such method.</summary>
    public static IResult OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound => Of(status, "no-such-path", "There is no such path", $"{request.Path} is no path of this server; /openapi.json lists them"),
        StatusCodes.Status405MethodNotAllowed => Of(
            status, "no-such-method", "Not a method of this path", $"{request.Method} is no method of {request.Path}; the header Allow lists those it has"),
        StatusCodes.Status413PayloadTooLarge => TooLarge(),
        StatusCodes.Status415UnsupportedMediaType => NotJson(),
        _ => Of(status, "http", $"HTTP {status}", "the request was refused"),
    };

    private static IResult Of(int status, string type, string title, string detail) =>
        Results.Problem(new ProblemDetails { Status = status, Type = $"urn:affect:{type}", Title = title, Detail = detail });
}
