using Affect.Storage.Objects;

namespace Affect.Coordinator.Cli;

/// <summary>Where an object is, as people can open it.</summary>
internal static class Places
{
    public static string Of(IObjectStore objects, string name) => objects is LocalObjectStore local ? local.PathOf(name) : $"{objects.Location}/{name}";
}
