using System.CommandLine;
using Affect.Coordinator.Remote;

namespace Affect.Coordinator.Cli;

/// <summary>The options that name a server and its token, defined once.</summary>
internal sealed class ServerOption
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = "Address of 'affect serve' (AFFECT_SERVER; default http://127.0.0.1:8480)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AFFECT_SERVER") is { Length: > 0 } value ? value : "http://127.0.0.1:8480",
    };

    private readonly Option<string?> _tokenFile = TokenFile();
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP to another machine, on a network that is trusted" };

    public static ServerOption AddTo(Command command)
    {
        var option = new ServerOption();
        command.Options.Add(option._server);
        command.Options.Add(option._tokenFile);
        command.Options.Add(option._insecure);
        return option;
    }

    public static Option<string?> TokenFile() => new("--token-file") { Description = "File that holds the server's token (default: the variable AFFECT_TOKEN)" };

    public ServerClient Client(ParseResult parsed) => new(Connect(parsed));

    public HttpClient Connect(ParseResult parsed) => ServerClient.Connect(parsed.GetValue(_server)!, ReadToken(parsed.GetValue(_tokenFile)), parsed.GetValue(_insecure));

    /// <summary>The options of this call, with a space before, for commands that are printed for people to paste; empty where none was given.</summary>
    public string Echo(ParseResult parsed) => string.Concat(
        IsNamed(parsed) ? $" --server {parsed.GetValue(_server)}" : string.Empty,
        parsed.GetValue(_tokenFile) is { } file ? $" --token-file {file}" : string.Empty,
        parsed.GetValue(_insecure) ? " --insecure" : string.Empty);

    /// <summary>Whether <c>--server</c> is on the command line.</summary>
    public bool IsNamed(ParseResult parsed) => parsed.GetResult(_server) is { Implicit: false };

    /// <summary>Whether <c>--server</c> was given, by the command line or by the environment.</summary>
    public bool IsGiven(ParseResult parsed) => IsNamed(parsed) || Environment.GetEnvironmentVariable("AFFECT_SERVER") is { Length: > 0 };

    /// <summary>The token of a file or of the environment, or null.</summary>
    /// <exception cref="CommandException">The file cannot be read or is empty.</exception>
    public static string? ReadToken(string? file)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable("AFFECT_TOKEN") is { Length: > 0 } value ? value.Trim() : null;
        }

        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : throw new CommandException(ExitCodes.NoInput, $"--token-file: {file} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.NoInput, $"--token-file: {e.Message}", e);
        }
    }
}
