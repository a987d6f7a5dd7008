using Affect.Core.Labels;

namespace Affect.Vision.Models;

/// <summary>What a head predicts.</summary>
public enum AffectTask
{
    Unknown = 0,
    Expression = 1,
    ValenceArousal = 2,
    ActionUnits = 3,
}

/// <summary>What turns a head's raw output into its result.</summary>
public enum HeadActivation
{
    Unknown = 0,
    None = 1,
    Softmax = 2,
    Sigmoid = 3,
    Tanh = 4,
}

/// <summary>One output of an affect model: float32 [N, labels], raw (before the activation).</summary>
/// <param name="Labels">What each column is, by the project's names.</param>
/// <param name="Temperature">Logits are divided by it before softmax or sigmoid; positive.</param>
/// <param name="Thresholds">For action units: the probability from which the unit is called present, per label.</param>
public sealed record ModelHead(
    AffectTask Task, string Tensor, IReadOnlyList<string> Labels, HeadActivation Activation, float Temperature, IReadOnlyList<float> Thresholds)
{
    private static readonly string[] ValenceArousalLabels = ["valence", "arousal"];

    internal static ModelHead Read(ManifestReader reader)
    {
        var task = reader.Choice(
            "task",
            ("expression", AffectTask.Expression),
            ("valence_arousal", AffectTask.ValenceArousal),
            ("action_units", AffectTask.ActionUnits));
        var labels = reader.Texts("labels");
        var known = KnownLabels(task);
        if (labels.Count == 0)
        {
            throw reader.Error("labels", "is empty");
        }

        if (labels.FirstOrDefault(label => !known.Contains(label, StringComparer.Ordinal)) is { } stranger)
        {
            throw reader.Error("labels", $"names \"{stranger}\"; it may hold {string.Join(", ", known)}");
        }

        if (task == AffectTask.ValenceArousal && labels.Count != 2)
        {
            throw reader.Error("labels", "must hold valence and arousal");
        }

        var activation = task switch
        {
            AffectTask.Expression => reader.Choice("activation", ("softmax", HeadActivation.Softmax)),
            AffectTask.ActionUnits => reader.Choice("activation", ("sigmoid", HeadActivation.Sigmoid)),
            _ => reader.Choice("activation", ("none", HeadActivation.None), ("tanh", HeadActivation.Tanh)),
        };
        float[] thresholds = task != AffectTask.ActionUnits ? []
            : reader.Has("thresholds") ? reader.Numbers("thresholds", labels.Count)
            : [.. Enumerable.Repeat(0.5f, labels.Count)];
        return thresholds.Any(value => value is < 0 or > 1)
            ? throw reader.Error("thresholds", "must be probabilities from 0 to 1")
            : new ModelHead(task, reader.Text("tensor"), labels, activation, (float)reader.Number("temperature", 0.01, 100, 1), thresholds);
    }

    private static IReadOnlyList<string> KnownLabels(AffectTask task) => task switch
    {
        AffectTask.Expression => LabelSchema.Expressions,
        AffectTask.ActionUnits => LabelSchema.ActionUnits,
        _ => ValenceArousalLabels,
    };
}
