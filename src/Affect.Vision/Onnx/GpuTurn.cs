using System.Collections.Concurrent;

namespace Affect.Vision.Onnx;

/// <summary>
/// Lets a few lanes run on a GPU at a time, on whatever models. More do not make it faster, and each keeps its activations there: sixteen lanes at once took
/// 16 GB of an H100, by turns 9 GB, in the same time.
/// </summary>
internal readonly struct GpuTurn : IDisposable
{
    /// <summary>One computes while the next one's input is copied.</summary>
    private const int AtATime = 3;

    private static readonly ConcurrentDictionary<int, SemaphoreSlim> Turns = [];

    private readonly SemaphoreSlim? _turns;

    private GpuTurn(SemaphoreSlim turns) => _turns = turns;

    /// <summary>Waits for a turn; on the CPU there is nothing to wait for.</summary>
    public static GpuTurn Take(DeviceSpec device)
    {
        if (device.Kind == DeviceKind.Cpu)
        {
            return default;
        }

        var turns = Turns.GetOrAdd(device.Index, static _ => new SemaphoreSlim(AtATime));
        turns.Wait();
        return new GpuTurn(turns);
    }

    public void Dispose() => _turns?.Release();
}
