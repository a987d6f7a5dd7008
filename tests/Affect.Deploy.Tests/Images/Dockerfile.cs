using System.Text.Json;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Images;

/// <summary>An instruction of a Dockerfile.</summary>
internal sealed record Instruction(string Name, string Text)
{
    /// <summary>The words that are no flags.</summary>
    public string[] Words => [.. Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>The stage or image that a COPY takes from, or null: the context.</summary>
    public string? From => Text.Split(' ').FirstOrDefault(word => word.StartsWith("--from=", StringComparison.Ordinal))?["--from=".Length..];
}

/// <summary>A stage with all that it inherits.</summary>
internal sealed record Stage(string Name, string Image, Stage? Base, IReadOnlyList<Instruction> Own)
{
    public IEnumerable<Instruction> All => (Base?.All ?? []).Concat(Own);

    public string[]? EntryPoint => All.LastOrDefault(i => i.Name == "ENTRYPOINT") is { } entry ? JsonSerializer.Deserialize<string[]>(entry.Text) : null;
}

/// <summary>deploy/docker/Dockerfile, as far as it can be read without a container engine.</summary>
internal static class Dockerfile
{
    public static string Path { get; } = System.IO.Path.Combine(TestFolder.RepositoryRoot, "deploy", "docker", "Dockerfile");

    /// <summary>Stages in their order.</summary>
    public static IReadOnlyList<Stage> Read()
    {
        var stages = new List<Stage>();
        var own = new List<Instruction>();
        var text = string.Join('\n', File.ReadAllLines(Path).Where(line => !line.StartsWith('#'))).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var instruction = new Instruction(line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            if (instruction.Name == "FROM")
            {
                own = [];
                var words = instruction.Words;
                Assert.Equal("AS", words[1]);
                stages.Add(new Stage(words[2], words[0], stages.SingleOrDefault(s => s.Name == words[0]), own));
            }
            else
            {
                own.Add(instruction);
            }
        }

        return stages;
    }

    /// <summary>What the build context holds of the repository: the lines of .dockerignore that begin with '!'.</summary>
    public static IReadOnlyList<string> Context()
    {
        var lines = File.ReadAllLines(System.IO.Path.Combine(TestFolder.RepositoryRoot, ".dockerignore")).Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.Equal("*", lines[0]);
        Assert.Equal(["**/bin", "**/obj", "**/node_modules"], lines.Where(line => line[0] != '!').Skip(1));
        return [.. lines.Where(line => line[0] == '!').Select(line => line[1..])];
    }
}
