using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Affect.Vision.Ffmpeg;

/// <summary>
/// Ends a process and what it has started (an ffmpeg behind a shell script, the decoders of another process) with SIGKILL alone. .NET's own way stops each with SIGSTOP first and
/// then looks through all processes of the machine for its children: whoever is killed meanwhile leaves them stopped, and there, for good.
/// </summary>
public static partial class ProcessTree
{
    private const int KillNow = 9;

    /// <summary>Does nothing where it has ended already.</summary>
    public static void Kill(Process process)
    {
        try
        {
            if (process.HasExited)
            {
                // Its number may be another's by now.
                return;
            }

            var below = Descendants(process.Id);
            // First the root, so that it starts no more.
            process.Kill();
            foreach (var id in below)
            {
                _ = SendSignal(id, KillNow);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended, or is ending right now.
        }
    }

    private static List<int> Descendants(int process)
    {
        List<int> found = [process];
        for (var next = 0; next < found.Count; next++)
        {
            found.AddRange(Threads(found[next]).SelectMany(Children));
        }

        return found[1..];
    }

    private static string[] Threads(int process)
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"));
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static IEnumerable<int> Children(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static bool IsGone(Exception e) => e is IOException or UnauthorizedAccessException;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
