using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Affect.Storage.Objects;

/// <summary>The three Linux calls that .NET does not offer: durable folders, links, and renaming without replacing.</summary>
internal static partial class LibC
{
    private const int ReadOnly = 0;
    private const int DirectoryOnly = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int CurrentFolder = -100;
    private const uint NoReplace = 1;
    private const int PermissionDenied = 1;
    private const int Exists = 17;
    private const int TooManyLinks = 31;
    private const int NotSupported = 95;

    /// <summary>Makes the entries of a folder (creations, renames, deletions) survive loss of power.</summary>
    public static void SyncFolder(string path)
    {
        var descriptor = Open(path, ReadOnly | DirectoryOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw Error($"open folder {path}");
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Error($"fsync folder {path}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Gives a file its final name unless that name is taken, in one step; says whether it did. By hard link, which every common file
    /// system has, network ones
    /// included; where links are not supported, by renameat2 with NOREPLACE. The old name may remain.
    /// </summary>
    public static bool NameIfFree(string path, string finalPath)
    {
        if (Link(path, finalPath) == 0)
        {
            return true;
        }

        switch (Marshal.GetLastPInvokeError())
        {
            case Exists:
                return false;
            case PermissionDenied or NotSupported or TooManyLinks:
                break;
            default:
                throw Error($"link {finalPath}");
        }

        if (RenameAt2(CurrentFolder, path, CurrentFolder, finalPath, NoReplace) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Exists ? false : throw Error($"rename to {finalPath}");
    }

    private static IOException Error(string what)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {new Win32Exception(number).Message}", number);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string oldPath, string newPath);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameAt2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
