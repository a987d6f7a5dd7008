namespace Affect.Storage.Objects;

/// <summary>The steps of a local write, in order; a writer can be killed after each.</summary>
internal enum LocalWriteStep
{
    /// <summary>The temporary file is there, empty.</summary>
    Opened = 1,

    /// <summary>The content is in it.</summary>
    Written = 2,

    /// <summary>The content is on the disk.</summary>
    Flushed = 3,

    /// <summary>The file has its final name; the folder may not be on the disk.</summary>
    Named = 4,
}

/// <summary>Thrown by a test's step hook in place of kill -9: nothing is cleaned up behind it.</summary>
internal sealed class LocalWriterKilledException() : Exception("The writer was killed here.");
