using System.Globalization;
using System.Text;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Coordinator.Cli;

/// <summary>An output of a model.</summary>
/// <param name="Task">expression, valence_arousal, action_units or faces.</param>
/// <param name="Labels">What it gives, in column order; empty for a detector.</param>
internal sealed record ModelOutput(string Task, IReadOnlyList<string> Labels);

/// <summary>What <c>models list</c> and <c>models show</c> say of a model. Must agree with docs/cli.md.</summary>
internal sealed record ModelCard(
    string Name, string Kind, string Version, string Licence, string Folder, long? SizeBytes, string? Sha256, string Input, string Crop,
    IReadOnlyList<ModelOutput> Outputs, bool HasGolden, string Source, string Description, string Notice, JsonElement? Quality, string? Problem)
{
    /// <summary>The self-test; null where it was not asked for.</summary>
    public ModelCheck? SelfTest { get; init; }

    /// <summary>The card of the model in a folder; of one that cannot be used, why.</summary>
    public static ModelCard Read(string folder)
    {
        try
        {
            return Of(ModelManifest.Load(folder));
        }
        catch (ModelException e)
        {
            return new ModelCard(
                Path.GetFileName(folder), "-", "-", "-", folder, null, null, "-", "-", [], false, string.Empty, string.Empty, string.Empty, null, $"{e.Cause} {e.Remedy}");
        }
    }

    public static ModelCard Of(ModelManifest m)
    {
        var affect = m as AffectManifest;
        return new ModelCard(
            m.Name, affect is null ? "detector" : "affect", m.Version, m.Licence, Path.GetDirectoryName(m.ManifestFile)!, new FileInfo(m.OnnxFile).Length, m.Sha256,
            InputText(m.Input), affect?.Crop is { } crop ? CropText(crop) : "whole frame, scaled",
            affect is null ? [new ModelOutput("faces", [])] : [.. affect.Heads.Select(h => new ModelOutput(TaskText(h.Task), h.Labels))],
            m.Golden is not null, m.Source, m.Description, m.Notice, ModelQuality.Raw(m), null);
    }

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(string key, string value) => text.Append(key.PadRight(12)).Append(value).Append('\n');
        Line("name", $"{Name} {Version} ({Kind})");
        Line("folder", Folder);
        Line("licence", Licence);
        Line("source", Source);
        Line("about", Description);
        Line("size", Figures.Bytes(SizeBytes ?? 0));
        Line("sha256", Sha256 ?? "-");
        Line("input", Input);
        Line("crop", Crop);
        foreach (var output in Outputs)
        {
            Line("output", output.Labels.Count == 0 ? output.Task : $"{output.Task}: {string.Join(" ", output.Labels)}");
        }

        Line("self-test", SelfTest is { } test ? test.ToText()[(test.Model.Length + 2)..] : "not run");
        if (Notice.Length > 0)
        {
            Line("notice", Notice);
        }

        if (Quality is { } quality)
        {
            foreach (var (key, value) in ModelQuality.Lines(quality).Select(q => (q.Key, q.Value)))
            {
                Line("quality", $"{key}: {value}");
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    internal static string TaskText(AffectTask task) => task switch
    {
        AffectTask.Expression => "expression",
        AffectTask.ValenceArousal => "valence_arousal",
        AffectTask.ActionUnits => "action_units",
        _ => "unknown",
    };

    private static string InputText(ModelInput input)
    {
        var format = input.Format;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(input.HasFreeSize ? "any size" : string.Create(CultureInfo.InvariantCulture, $"{input.WidthPixels}x{input.HeightPixels}"))} float32 {(format.Layout == TensorLayout.Nchw ? "NCHW" : "NHWC")}");
    }

    private static string CropText(FaceCrop crop) => crop switch
    {
        FaceCrop.Similarity s => $"aligned by {s.Points.Count} landmarks",
        FaceCrop.Box b => string.Create(CultureInfo.InvariantCulture, $"square box, margin {b.Margin:0.##}"),
        _ => "unknown",
    };
}

/// <summary>What checking a model came to. Must agree with docs/cli.md.</summary>
/// <param name="Model">Name, or the folder where the description cannot be read.</param>
/// <param name="Passed">Hash, shapes and self-test are right.</param>
/// <param name="Device">Where it ran.</param>
/// <param name="HasGolden">The model states golden outputs; without them the self-test only asks for finite values.</param>
/// <param name="MaxDifference">Largest absolute difference from the golden outputs.</param>
/// <param name="Tolerance">Largest allowed.</param>
/// <param name="UsesCpuToo">The device is a GPU that lacks operators of the model: those run on the CPU.</param>
/// <param name="Problem">What is wrong and the way out, or null.</param>
internal sealed record ModelCheck(string Model, bool Passed, string Device, bool HasGolden, float? MaxDifference, float? Tolerance, bool UsesCpuToo, string? Problem)
{
    /// <summary>Loads the model (hash, description), opens it on the device (shapes) and runs its golden input.</summary>
    public static ModelCheck Run(string folder, DeviceSpec device)
    {
        var name = folder;
        try
        {
            var manifest = ModelManifest.Load(folder);
            name = manifest.Name;
            using var session = OrtSession.Open(manifest, device);
            return new ModelCheck(name, true, device.ToString(), manifest.Golden is not null, session.GoldenDifference, manifest.Golden?.Tolerance, session.UsesCpuToo, null);
        }
        catch (ModelException e)
        {
            return new ModelCheck(name, false, device.ToString(), false, null, null, false, e.Message);
        }
    }

    public string ToText()
    {
        if (!Passed)
        {
            return $"{Model}: FAILED on {Device}: {Problem}";
        }

        var golden = HasGolden
            ? string.Create(CultureInfo.InvariantCulture, $"hash and shapes right, largest difference from the golden outputs {MaxDifference:G3} (tolerance {Tolerance:G3})")
            : "hash and shapes right; the model states no golden outputs, so only finite values were asked for";
        return $"{Model}: passed on {Device}: {golden}{(UsesCpuToo ? "; some of its operators run on the CPU" : "")}";
    }
}
