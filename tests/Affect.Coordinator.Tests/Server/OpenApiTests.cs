using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Affect.Coordinator.Reports;
using Affect.Coordinator.Server;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Tests.Server;

/// <summary>openapi.json says what the code does: its paths are those that are mapped, its schemas have the properties and the words that are really written.</summary>
public sealed class OpenApiTests
{
    private static readonly JsonElement Document = Read();
    private static readonly JsonElement Schemas = Document.GetProperty("components").GetProperty("schemas");

    /// <summary>Schemas of plain words rather than of a type with properties.</summary>
    private static readonly string[] Words = ["JobId", "RunId", "JobPhase", "JobResult", "LedgerResult", "FailureKind", "Problem"];

    [Fact]
    public async Task Paths_AreThoseThatAreMapped()
    {
        await using var server = await LiveServer.StartAsync();
        var page = WebPage.Paths.Where(path => path != "/openapi.json").Select(path => $"GET {path}");
        var described = Document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(server.Endpoints.Except(page).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.True(described.Count() > 25);
    }

    [Fact]
    public void Operations_HaveTheirParametersAnswersAndNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Select(method => method.Value))
            {
                Assert.True(names.Add(operation.GetProperty("operationId").GetString()!), path.Name);
                var answers = operation.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).ToList();
                Assert.Contains(answers, answer => answer[0] == '2');
                Assert.Equal(path.Name.StartsWith("/api", StringComparison.Ordinal), answers.Contains("401"));
                Assert.Equal(path.Name.Contains("{job}", StringComparison.Ordinal), answers.Contains("404"));
            }
        }
    }

    [Fact]
    public void References_LeadSomewhere_AndEverySchemaIsUsed()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in References(Document))
        {
            Assert.True(reference[2..].Split('/').Aggregate((JsonElement?)Document, (at, part) => at is { } e && e.TryGetProperty(part, out var next) ? next : null) is not null, reference);
            used.Add(reference[(reference.LastIndexOf('/') + 1)..]);
        }

        Assert.Empty(Schemas.EnumerateObject().Select(schema => schema.Name).Except(used));
    }

    [Fact]
    public void Schemas_HaveThePropertiesOfTheirTypes()
    {
        foreach (var schema in Schemas.EnumerateObject().Where(schema => !Words.Contains(schema.Name)))
        {
            var described = schema.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal);
            Assert.Equal(PropertiesOf(schema.Name), described);
            Assert.All(schema.Value.GetProperty("required").EnumerateArray(), name => Assert.True(schema.Value.GetProperty("properties").TryGetProperty(name.GetString()!, out _)));
        }
    }

    [Theory]
    [InlineData("JobPhase", typeof(JobPhase))]
    [InlineData("JobResult", typeof(JobResult))]
    [InlineData("LedgerResult", typeof(Core.Ledger.LedgerResult))]
    [InlineData("FailureKind", typeof(FailureKind))]
    public void Words_AreThoseOfTheirTypes(string name, Type type)
    {
        var described = Schemas.GetProperty(name).GetProperty("enum").EnumerateArray().Select(word => word.GetString()!).ToList();
        Assert.All(described, word => Assert.Equal($"\"{word}\"", JsonSerializer.Serialize(Enum.Parse(type, word), WireJson.Options)));
        Assert.Empty(Enum.GetNames(type).Except(described).Except(["Unknown"]));
    }

    [Fact]
    public void ReasonsOfRetry_AreThoseOfFailures()
    {
        var parameter = Document.GetProperty("paths").GetProperty("/api/v1/runs/{job}/retry").GetProperty("post").GetProperty("parameters").EnumerateArray()
            .Single(p => p.TryGetProperty("name", out var name) && name.GetString() == "reason");
        Assert.Equal(
            Enum.GetValues<FailureKind>().Select(FailureReasons.Of).Order(StringComparer.Ordinal),
            parameter.GetProperty("schema").GetProperty("enum").EnumerateArray().Select(word => word.GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answers_OfALiveServer_AreAsDescribed()
    {
        await using var server = await LiveServer.StartAsync();
        var job = (await server.SubmitAsync("/tmp/nothing-here")).Job.Id;
        await server.Engine.Work.AnnounceAsync(
            new WorkerAnnouncement
            {
                Name = "w-1-abcd", Host = "w", Version = "1", Device = "cpu", Decoder = "cpu", Offers = ["codec:h264"], Lanes = [new LaneState(job.ToString(), "planning", null, 0, 0)],
            },
            CancellationToken.None);
        foreach (var (path, schema) in (IEnumerable<(string, string)>)
            [("runs", "/api/v1/runs"), ($"runs/{job}", "/api/v1/runs/{job}"), ($"runs/{job}/log", "/api/v1/runs/{job}/log"), ("workers", "/api/v1/workers"), ("work/workplace", "/api/v1/work/workplace")])
        {
            var answer = JsonDocument.Parse(await server.Http.GetStringAsync($"api/v1/{path}")).RootElement;
            var described = Document.GetProperty("paths").GetProperty(schema).GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json");
            Assert.True(ApiSchema.Check(Document, described.GetProperty("schema"), answer, path) > 0);
        }
    }

    private static IEnumerable<string> PropertiesOf(string schema)
    {
        var type = TypeOf(schema);
        var isReport = type.Namespace == typeof(RunReport).Namespace || ReportJsonContext.Default.GetTypeInfo(type) is not null;
        // What travels as messages leaves out what is computed, the report has its own names.
        JsonTypeInfo info = isReport ? ReportJsonContext.Default.GetTypeInfo(type)! : WireJson.Options.GetTypeInfo(type);
        return info.Properties.Where(property => isReport || property.Set is not null || property.AssociatedParameter is not null)
            .Select(property => property.Name).Order(StringComparer.Ordinal);
    }

    private static Type TypeOf(string name) => ((IEnumerable<Type>)[typeof(JobRequest), typeof(IJobEngine), typeof(RunReport)])
        .SelectMany(type => type.Assembly.GetTypes()).Single(type => type.Name == name && type is { IsNested: false, IsEnum: false } && (type.IsPublic || type.Namespace == typeof(ApiServer).Namespace));

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name == "$ref" ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static JsonElement Read()
    {
        using var stream = typeof(ApiServer).Assembly.GetManifestResourceStream("Affect.Coordinator.Server.openapi.json")!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
