using System.Xml.Linq;
using Affect.Core.Planning;

namespace Affect.Core.Tests.Architecture;

/// <summary>The arrows of docs/architecture.md, and what Core must not do.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Which projects of src/ each project may refer to.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Affect.Core"] = [],
        ["Affect.Decoder"] = [],
        ["Affect.Vision"] = ["Affect.Core", "Affect.Decoder"],
        ["Affect.Storage"] = ["Affect.Core"],
        ["Affect.Engine"] = ["Affect.Core", "Affect.Vision", "Affect.Storage"],
        ["Affect.Grains"] = ["Affect.Core", "Affect.Storage", "Affect.Engine"],
        ["Affect.Silo"] = ["Affect.Core", "Affect.Vision", "Affect.Storage", "Affect.Engine", "Affect.Grains"],
        ["Affect.Coordinator"] = ["Affect.Core", "Affect.Vision", "Affect.Storage", "Affect.Engine", "Affect.Grains", "Affect.Silo"],
    };

    /// <summary>Namespaces and types that do input or output, start processes, or wait.</summary>
    private static readonly string[] Impure =
    [
        "System.Net.", "System.Diagnostics.Process", "System.Console", "System.IO.File", "System.IO.Directory", "System.IO.DriveInfo", "System.IO.RandomAccess",
        "System.IO.MemoryMappedFiles.", "System.IO.Pipes.", "System.Runtime.InteropServices.NativeLibrary", "System.Threading.Thread", "System.Threading.Timer",
    ];

    /// <summary>Hidden inputs: clocks and randomness come in as arguments. The random epoch of a ledger has its own source.</summary>
    private static readonly string[] HiddenInputs =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Diagnostics.Stopwatch::GetTimestamp", "System.Environment::get_TickCount64", "System.Guid::NewGuid", "System.Random::get_Shared",
        "System.Environment::GetEnvironmentVariable",
    ];

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src"))
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_FollowTheArrows(string project)
    {
        Assert.True(Arrows.TryGetValue(project, out var allowed), $"{project} is not in the table of arrows: add it there and in docs/architecture.md");
        var references = XDocument.Load(ProjectFile(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Where(name => name.StartsWith("Affect.", StringComparison.Ordinal));
        Assert.Empty(references.Except(allowed!));
    }

    /// <summary>Of what is built: a project that is not, or not since its project file changed, has the test above only.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void BuiltAssemblies_FollowTheArrows(string project)
    {
        // A program can have a shorter name than its project.
        var assembly = XDocument.Load(ProjectFile(project)).Descendants("AssemblyName").FirstOrDefault()?.Value ?? project;
        var built = Directory.EnumerateFiles(Path.GetDirectoryName(ProjectFile(project))!, $"{assembly}.dll", SearchOption.AllDirectories)
            .Where(file => file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        if (built is null || File.GetLastWriteTimeUtc(built) < File.GetLastWriteTimeUtc(ProjectFile(project)))
        {
            Assert.SkipUnless(project == "Affect.Core", $"{project} is not built here.");
        }

        Assert.Empty(OurReferences(AssemblyContent.Read(built!)).Except(Arrows[project]));
    }

    [Fact]
    public void Core_IsPure()
    {
        var core = AssemblyContent.Read(typeof(ChunkPlanner).Assembly.Location);
        Assert.Empty(OurReferences(core));
        Assert.All(core.Assemblies, name => Assert.StartsWith("System.", name));
        Assert.Empty(ImpureTypes(core));
        Assert.Empty(core.Members.Intersect(HiddenInputs));
        Assert.Equal(0, core.NativeImports);
    }

    /// <summary>The lists above find what they are there to find: this assembly does what Core must not.</summary>
    [Fact]
    public void ImpurityIsFound()
    {
        _ = (DateTime.UtcNow, Guid.NewGuid());
        var tests = AssemblyContent.Read(typeof(ArchitectureTests).Assembly.Location);
        Assert.Contains("Affect.Core", OurReferences(tests));
        Assert.Contains("System.IO.File", ImpureTypes(tests));
        Assert.Contains("System.DateTime::get_UtcNow", tests.Members.Intersect(HiddenInputs));
        Assert.Contains("System.Guid::NewGuid", tests.Members.Intersect(HiddenInputs));
    }

    private static IEnumerable<string> OurReferences(AssemblyContent assembly) =>
        assembly.Assemblies.Where(name => name.StartsWith("Affect.", StringComparison.Ordinal));

    private static IEnumerable<string> ImpureTypes(AssemblyContent assembly) =>
        assembly.Types.Where(type => Impure.Any(prefix => prefix.EndsWith('.') ? type.StartsWith(prefix, StringComparison.Ordinal) : IsOrStartsName(type, prefix)));

    /// <summary><c>System.IO.File</c> stands for File, FileStream and FileInfo as well, not for System.IO.FileNotFoundException.</summary>
    private static bool IsOrStartsName(string type, string prefix) =>
        type.StartsWith(prefix, StringComparison.Ordinal) && !type.EndsWith("Exception", StringComparison.Ordinal);

    private static string ProjectFile(string project) => Path.Combine(Repository.Root, "src", project, $"{project}.csproj");
}
