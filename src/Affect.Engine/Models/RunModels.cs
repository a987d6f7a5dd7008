using Affect.Core.Runs;
using Affect.Vision.Models;

namespace Affect.Engine.Models;

/// <summary>Finds the models of a run that exists: by name, and only where they are the very same.</summary>
public static class RunModels
{
    /// <param name="locator">Where models are.</param>
    /// <param name="configuration">The run's.</param>
    /// <param name="detector">Name or folder of the detector, or null to look for it among the shipped ones.</param>
    /// <param name="affect">Names or folders of the affect models in the run's order, or none.</param>
    /// <exception cref="ModelException">A model is not there, or it is not the one that the run was made with.</exception>
    public static ModelSet Load(ModelLocator locator, RunConfiguration configuration, string? detector, IReadOnlyList<string> affect)
    {
        if (affect.Count > 0 && affect.Count != configuration.AffectModels.Count)
        {
            throw new ModelException(
                affect[0], $"the run was made with {configuration.AffectModels.Count} affect model(s), and {affect.Count} are given.", "Give them all, in the run's order, or none.");
        }

        var models = ModelSet.Load(
            locator,
            detector ?? NameOf(locator, configuration.Detector.Model),
            affect.Count > 0 ? affect : [.. configuration.AffectModels.Select(m => NameOf(locator, m))]);
        Compare(configuration.Detector.Model, models.Detector);
        for (var i = 0; i < models.Affect.Count; i++)
        {
            Compare(configuration.AffectModels[i], models.Affect[i]);
        }

        return models;
    }

    private static string NameOf(ModelLocator locator, ModelIdentity identity) => locator.Find(identity.Name) ?? throw new ModelException(
        identity.Name, $"the run was made with this model (sha256 {identity.Sha256}), and it is not installed.", "Give its folder with --model or --detector.");

    private static void Compare(ModelIdentity wanted, ModelManifest found)
    {
        if (found.Sha256 != wanted.Sha256)
        {
            throw new ModelException(
                found.OnnxFile, $"the run was made with other weights of {wanted.Name} {wanted.Version}: sha256 {wanted.Sha256}, not {found.Sha256}.",
                "Give the folder of the run's model with --model or --detector.");
        }

        if (found.Identity != wanted.ContractSha256)
        {
            throw new ModelException(
                found.ManifestFile, $"the run used {wanted.Name} {wanted.Version} with another description (input, crop, heads or detector settings).",
                "Give the folder of the run's model with --model or --detector.");
        }
    }
}
