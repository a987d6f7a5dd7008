using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Affect.Coordinator.Tests.Cli;

namespace Affect.Coordinator.Tests.Server;

/// <summary>Whatever is refused is refused with problem details (RFC 9457), and costs the server nothing.</summary>
public sealed class RefusalTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("{", "body")]
    [InlineData("null", "must be a job")]
    [InlineData("{}", "corpus")]
    [InlineData("[]", "body")]
    [InlineData("""{"corpus":" "}""", "corpus")]
    [InlineData("""{"corpus":"/tmp","every":2}""", "every")]
    [InlineData("""{"corpus":"/tmp","sampling":{"evry":2}}""", "evry")]
    [InlineData("""{"corpus":"/tmp","sampling":{"every":0}}""", "every")]
    [InlineData("""{"corpus":"/tmp","sampling":{"every":2,"framesPerSecond":5}}""", "exclude")]
    [InlineData("""{"corpus":"/tmp","sampling":{"startSeconds":5,"endSeconds":5}}""", "end")]
    [InlineData("""{"corpus":"/tmp","sampling":null}""", "sampling")]
    [InlineData("""{"corpus":"/tmp","smoothing":{"windowSeconds":0}}""", "smoothing")]
    [InlineData("""{"corpus":"/tmp","priority":101}""", "priority")]
    [InlineData("""{"corpus":"/tmp","priority":"high"}""", "priority")]
    [InlineData("""{"corpus":"/tmp","weight":0}""", "weight")]
    [InlineData("""{"corpus":"/tmp","weight":1e999}""", "weight")]
    [InlineData("""{"corpus":"/tmp","chunkFrames":0}""", "chunkFrames")]
    [InlineData("""{"corpus":"/tmp","models":[null]}""", "models")]
    [InlineData("""{"corpus":"/tmp","models":[""]}""", "models")]
    [InlineData("""{"corpus":"/tmp","detector":""}""", "detector")]
    [InlineData("""{"corpus":"/tmp","requires":"device:cuda\ncodec:h264"}""", "requires")]
    public async Task AJobThatIsNotValid_IsRefused_NamingTheField_AndIsNotStored(string body, string word)
    {
        await using var server = await LiveServer.StartAsync();
        using var response = await server.Http.PostAsync("api/v1/runs", Json(body));
        var problem = await LiveServer.ProblemOfAsync(response, HttpStatusCode.BadRequest, "invalid-request");
        Assert.Contains(word, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("[]", await server.Http.GetStringAsync("api/v1/runs"));
    }

    [Theory]
    [InlineData("GET", "nowhere", HttpStatusCode.NotFound, "no-such-path")]
    [InlineData("GET", "api/v1/nowhere", HttpStatusCode.NotFound, "no-such-path")]
    [InlineData("DELETE", "api/v1/runs", HttpStatusCode.MethodNotAllowed, "no-such-method")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/..%2f..%2fetc", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("POST", "api/v1/runs/7q2k9m0x4c1d/pause", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("POST", "api/v1/runs/7q2k9m0x4c1d/retry", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("POST", "api/v1/runs/7q2k9m0x4c1d/retry?reason=weather", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/log", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/log?after=x", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/events", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/metrics", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/failures", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/report", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("GET", "api/v1/runs/7q2k9m0x4c1d/report.json", HttpStatusCode.NotFound, "no-such-job")]
    [InlineData("POST", "api/v1/runs", HttpStatusCode.UnsupportedMediaType, "not-json")]
    [InlineData("POST", "api/v1/work/lease", HttpStatusCode.UnsupportedMediaType, "not-json")]
    public async Task WhatIsNotThere_IsSaid(string method, string path, HttpStatusCode status, string type)
    {
        await using var server = await LiveServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var response = await server.Http.SendAsync(request);
        await LiveServer.ProblemOfAsync(response, status, type);
    }

    [Theory]
    [InlineData("lease", "{}")]
    [InlineData("lease", """{"name":"w","offers":[null]}""")]
    [InlineData("announce", "{}")]
    [InlineData("announce", """{"name":"w","host":"h","version":"1","device":"cpu","decoder":"cpu","offers":[],"lanes":[null]}""")]
    [InlineData("leave", "{}")]
    [InlineData("heartbeat", "{}")]
    [InlineData("complete", """{"chunk":{"job":"7q2k9m0x4c1d","partition":0,"token":"v000000-c00000.1-7q2k9m0x4c1d"}}""")]
    [InlineData("fail", """{"chunk":{"job":"7q2k9m0x4c1d","partition":0,"token":"v000000-c00000.1-7q2k9m0x4c1d"}}""")]
    [InlineData("release", """{"chunk":{"job":"x"}}""")]
    [InlineData("stage/heartbeat", "{}")]
    [InlineData("stage/planned", """{"stage":{"job":"7q2k9m0x4c1d","token":"planning.1-7q2k9m0x4c1d"}}""")]
    [InlineData("stage/finalised", """{"stage":{"job":"7q2k9m0x4c1d","token":"planning.1-7q2k9m0x4c1d"}}""")]
    [InlineData("stage/fail", """{"stage":{"job":"7q2k9m0x4c1d","token":"weeding.1-7q2k9m0x4c1d"}}""")]
    [InlineData("stage/release", "{")]
    public async Task AWorkersMessageWithoutItsFields_IsRefused(string path, string body)
    {
        await using var server = await LiveServer.StartAsync();
        using var response = await server.Http.PostAsync($"api/v1/work/{path}", Json(body));
        await LiveServer.ProblemOfAsync(response, HttpStatusCode.BadRequest, "invalid-request");
    }

    [Theory]
    [InlineData("api/v1/runs")]
    [InlineData("api/v1/work/announce")]
    public async Task ABodyAboveTheLimit_IsRefused(string path)
    {
        await using var server = await LiveServer.StartAsync();
        using var response = await server.Http.PostAsync(path, Json(new string(' ', 2 << 20)));
        await LiveServer.ProblemOfAsync(response, HttpStatusCode.RequestEntityTooLarge, "too-large");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer 0123456789abcde")]
    [InlineData("Basic 0123456789abcdef")]
    public async Task WithoutTheToken_TheApiIsClosed_AndThePageOpen(string? authorization)
    {
        await using var server = await LiveServer.StartAsync(Token);
        foreach (var (method, path) in (IEnumerable<(HttpMethod, string)>)
            [(HttpMethod.Get, "api/v1/runs"), (HttpMethod.Post, "api/v1/runs"), (HttpMethod.Get, "API/v1/workers"), (HttpMethod.Post, "api/v1/work/lease"), (HttpMethod.Get, "api/nowhere")])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await server.Http.SendAsync(request);
            await LiveServer.ProblemOfAsync(response, HttpStatusCode.Unauthorized, "token-needed");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }

        foreach (var path in (IEnumerable<string>)["", "app.js", "openapi.json", "health/live", "health/ready"])
        {
            Assert.NotEmpty(await server.Http.GetStringAsync(path));
        }
    }

    [Fact]
    public async Task WithTheToken_TheApiIsOpen_AndItsCookieIsForReportsOnly()
    {
        await using var server = await LiveServer.StartAsync(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/session");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var opened = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        var cookie = opened.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        server.Http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        await LiveServer.ProblemOfAsync(await server.Http.GetAsync("api/v1/runs/7q2k9m0x4c1d/report"), HttpStatusCode.NotFound, "no-such-job");
        await LiveServer.ProblemOfAsync(await server.Http.GetAsync("api/v1/runs"), HttpStatusCode.Unauthorized, "token-needed");
        await LiveServer.ProblemOfAsync(await server.Http.PostAsync("api/v1/runs/7q2k9m0x4c1d/report", null), HttpStatusCode.Unauthorized, "token-needed");
        server.Http.DefaultRequestHeaders.Remove("Cookie");
        server.Http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0][..^1] + "x");
        await LiveServer.ProblemOfAsync(await server.Http.GetAsync("api/v1/runs/7q2k9m0x4c1d/report"), HttpStatusCode.Unauthorized, "token-needed");
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:80")]
    [InlineData("127.0.0.1.evil.example")]
    public async Task ANameThatIsNotThisMachines_IsRefused(string host)
    {
        await using var server = await LiveServer.StartAsync();
        foreach (var path in (IEnumerable<string>)["", "api/v1/runs", "health/live"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            using var response = await server.Http.SendAsync(request);
            await LiveServer.ProblemOfAsync(response, HttpStatusCode.MisdirectedRequest, "wrong-host");
        }
    }

    [Fact]
    public async Task APageOfAnotherOrigin_IsRefused_ThisOnesIsNot()
    {
        await using var server = await LiveServer.StartAsync();
        foreach (var (origin, isOwn) in (IEnumerable<(string, bool)>)
            [("http://evil.example", false), ("null", false), ($"http://127.0.0.1:{server.Address.Port + 1}", false), (server.Address.GetLeftPart(UriPartial.Authority), true)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/runs");
            request.Headers.Add("Origin", origin);
            using var response = await server.Http.SendAsync(request);
            if (isOwn)
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                continue;
            }

            await LiveServer.ProblemOfAsync(response, HttpStatusCode.Forbidden, "other-origin");
        }
    }

    [Fact]
    public async Task Phases_RefuseWhatTheyCannotDo()
    {
        await using var server = await LiveServer.StartAsync();
        var job = (await server.SubmitAsync("/tmp/nothing-here")).Job.Id;
        async Task<string> PhaseAsync(string command)
        {
            using var response = await server.Http.PostAsync($"api/v1/runs/{job}/{command}", null);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            var state = JsonDocument.Parse(text).RootElement.GetProperty("job");
            return $"{state.GetProperty("phase").GetString()} {state.GetProperty("isPaused").GetBoolean()}";
        }

        Assert.Equal(["Planning True", "Planning True", "Planning False", "Cancelled False", "Cancelled False"],
            [await PhaseAsync("pause"), await PhaseAsync("pause"), await PhaseAsync("resume"), await PhaseAsync("cancel"), await PhaseAsync("cancel")]);
        await LiveServer.ProblemOfAsync(await server.Http.PostAsync($"api/v1/runs/{job}/pause", null), HttpStatusCode.Conflict, "not-in-this-phase");
        await LiveServer.ProblemOfAsync(await server.Http.GetAsync($"api/v1/runs/{job}/metrics"), HttpStatusCode.NotFound, "not-there-yet");
        Assert.Equal("Planning False", await PhaseAsync("resume"));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
