using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Affect.Decoder;

/// <summary>
/// Memory that two processes see. It has no name in any file system (memfd), so that nothing is left behind whoever is killed, and the small <c>/dev/shm</c> of a container is no limit.
/// </summary>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private const int ReadWrite = 3;        // PROT_READ | PROT_WRITE
    private const int Shared = 1;           // MAP_SHARED
    private const int CloseOnExec = 1;      // MFD_CLOEXEC
    private const int OpenReadWrite = 0x80002; // O_RDWR | O_CLOEXEC

    private readonly long _length;
    private int _descriptor;
    private byte* _start;

    private SharedMemory(int descriptor, int slotBytes, int slots)
    {
        (_descriptor, SlotBytes, Slots, _length) = (descriptor, slotBytes, slots, (long)slotBytes * slots);
    }

    public int SlotBytes { get; }

    public int Slots { get; }

    /// <summary>Where another process of the same user can open it while this one has not disposed of it.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_descriptor}";

    /// <exception cref="IOException">The system has none to give.</exception>
    public static SharedMemory Create(int slotBytes, int slots)
    {
        var memory = new SharedMemory(Checked(MemFdCreate("affect-pictures", CloseOnExec)), slotBytes, slots);
        try
        {
            Checked(Truncate(memory._descriptor, memory._length));
            memory.Map();
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SharedMemory Open(string path, int slotBytes, int slots)
    {
        var memory = new SharedMemory(Checked(OpenFile(path, OpenReadWrite)), slotBytes, slots);
        try
        {
            memory.Map();
            return memory;
        }
        finally
        {
            memory.CloseDescriptor();
        }
    }

    public byte* Slot(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Slots, nameof(index));
        return _start + ((long)index * SlotBytes);
    }

    public void Dispose()
    {
        if (_start != null)
        {
            _ = Unmap(_start, (nuint)_length);
            _start = null;
        }

        CloseDescriptor();
    }

    private void Map()
    {
        var start = MapMemory(null, (nuint)_length, ReadWrite, Shared, _descriptor, 0);
        _start = (nint)start == -1 ? throw Error() : (byte*)start;
    }

    private void CloseDescriptor()
    {
        if (_descriptor >= 0)
        {
            _ = Close(_descriptor);
            _descriptor = -1;
        }
    }

    private static int Checked(int result) => result < 0 ? throw Error() : result;

    private static IOException Error() => new($"Shared memory for pictures: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MapMemory(void* at, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint length);
}
