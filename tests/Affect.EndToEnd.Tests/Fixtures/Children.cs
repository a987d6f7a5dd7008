using System.Globalization;
using System.Runtime.InteropServices;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>The processes that a program under test has started.</summary>
internal static class Children
{
    /// <summary>Signals the children of that name; returns how many there were.</summary>
    public static int Signal(int parent, string name, int signal)
    {
        var count = 0;
        foreach (var task in Directory.EnumerateDirectories($"/proc/{parent}/task"))
        {
            foreach (var child in Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Read($"/proc/{child}/comm").Trim() == name && SendSignal(int.Parse(child, CultureInfo.InvariantCulture), signal) == 0)
                {
                    count++;
                }
            }
        }

        return count;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);
}
