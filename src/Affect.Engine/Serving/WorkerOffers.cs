using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>The requirement tags that workers offer and jobs and chunks ask for. Sent and stored in plans: never changed.</summary>
public static class WorkerOffers
{
    /// <summary>A decoder for the codec, under ffmpeg's name of it.</summary>
    public static string Codec(string codec) => $"codec:{Word(codec)}";

    /// <summary>A model of that name, whatever its weights.</summary>
    public static string Model(string name) => $"model:{Word(name)}";

    /// <summary>This very model: the run was planned with it.</summary>
    public static string Model(ModelIdentity model) => $"model:{Word(model.Name)}@{model.Sha256[..12]}-{model.ContractSha256[..12]}";

    /// <summary>A kind of device: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>.</summary>
    public static string Device(string kind) => $"device:{Word(kind)}";

    private static string Word(string text) => string.Concat(text.Select(c => char.IsWhiteSpace(c) ? '-' : char.ToLowerInvariant(c)));
}
