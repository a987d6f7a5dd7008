namespace Affect.Storage.Objects;

/// <summary>Says what is wrong where a file system, or a limit of the process, allows no file as large as this one: .NET reports it as a wrong argument.</summary>
internal static class FileSizeLimit
{
    /// <exception cref="IOException">The file would be too large.</exception>
    public static async Task GuardAsync(string path, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException($"{path}: the file system, or a limit (ulimit -f), allows no file of this size.", e);
        }
    }
}
