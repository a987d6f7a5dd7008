using System.Text.Json.Serialization;
using Affect.Coordinator.Cli.Commands;
using Affect.Coordinator.Doctor;

namespace Affect.Coordinator.Cli;

/// <summary>JSON of what the commands print. Must agree with docs/cli.md.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<RunLine>))]
[JsonSerializable(typeof(List<ModelCard>))]
[JsonSerializable(typeof(List<ModelCheck>))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(ReportOutput))]
[JsonSerializable(typeof(EvaluateOutput))]
[JsonSerializable(typeof(PlanOutput))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(WorkerOutput))]
[JsonSerializable(typeof(ClusterOutput))]
internal sealed partial class CliJson : JsonSerializerContext;
