using System.Diagnostics;
using System.Globalization;
using Affect.Core.Runs;

namespace Affect.Engine.Runs;

/// <summary>Attempts that a process had begun when it ended without a word: their chunks may be what ended it.</summary>
internal static class OrphanedAttempts
{
    /// <summary>Of a process on this machine that lives, the chunk is in good hands; what another machine has begun cannot be known, and is counted.</summary>
    public static async Task<List<BegunRecord>> FindAsync(RunStore store, CancellationToken cancellationToken)
    {
        var orphans = new List<BegunRecord>();
        await foreach (var begun in store.BegunAsync(cancellationToken).ConfigureAwait(false))
        {
            if (begun.Machine != Environment.MachineName || !IsOfALivingProcess(begun))
            {
                orphans.Add(begun);
            }
        }

        return orphans;
    }

    private static bool IsOfALivingProcess(BegunRecord begun)
    {
        if (begun.ProcessId == Environment.ProcessId)
        {
            // In a container every process has the number of the one before.
            using var self = Process.GetCurrentProcess();
            return begun.At >= self.StartTime;
        }

        return Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{begun.ProcessId}"));
    }
}
