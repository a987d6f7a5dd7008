using System.Text;

namespace Affect.Vision.Ffmpeg;

/// <summary>Writes a program and its arguments as one line that a POSIX shell reads back into the same arguments, for error reports.</summary>
public static class CommandLine
{
    public static string Quote(string program, IEnumerable<string> arguments)
    {
        var text = new StringBuilder();
        Append(text, program);
        foreach (var argument in arguments)
        {
            text.Append(' ');
            Append(text, argument);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string argument)
    {
        if (argument.Length > 0 && argument.All(IsPlain))
        {
            text.Append(argument);
            return;
        }

        text.Append('\'').Append(argument.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%';
}
