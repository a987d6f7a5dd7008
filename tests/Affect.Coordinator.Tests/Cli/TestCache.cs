using System.Runtime.CompilerServices;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>The tests' own cache folder: they leave nothing in the user's.</summary>
internal static class TestCache
{
    [ModuleInitializer]
    internal static void Use() => Environment.SetEnvironmentVariable("AFFECT_CACHE", Path.Combine(Path.GetTempPath(), "affect-test-cache"));
}
