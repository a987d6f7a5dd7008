using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.Coordinator.Cli;

/// <summary>The options <c>--log</c> and <c>--verbose</c>: where the engine's log goes. Without them there is none.</summary>
internal sealed class LogOption
{
    private readonly Option<string?> _log = new("--log") { Description = "Append the engine's log to this file; - for stderr" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "The engine's log on stderr, the same as --log -" };

    public static LogOption AddTo(Command command)
    {
        var option = new LogOption();
        command.Options.Add(option._log);
        command.Options.Add(option._verbose);
        return option;
    }

    /// <summary>Where the log goes: a file, - for stderr, or null for nowhere.</summary>
    public string? Bind(ParseResult parsed) => parsed.GetValue(_log) ?? (parsed.GetValue(_verbose) ? "-" : null);

    public static ILoggerFactory Open(string? target, TimeProvider time) => target switch
    {
        null => NullLoggerFactory.Instance,
        "-" => new TextLoggerFactory(Console.Error, leaveOpen: true, time),
        _ => new TextLoggerFactory(Guard.Run(() => File.AppendText(target)), leaveOpen: false, time),
    };
}
