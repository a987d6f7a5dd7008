using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Affect.Coordinator.Server;

/// <summary>Refusals as RFC 9457 problem details; the detail names the field and the way out.</summary>
internal static class Problems
{
    public static IResult Invalid(string detail) => Of(StatusCodes.Status400BadRequest, "invalid-request", "The request is not valid", detail);

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

    public static IResult Unavailable(string detail) => Of(StatusCodes.Status503ServiceUnavailable, "engine-unavailable", "The engine does not answer", detail);

    private static IResult Of(int status, string type, string title, string detail) =>
        Results.Problem(new ProblemDetails { Status = status, Type = $"urn:affect:{type}", Title = title, Detail = detail });
}
