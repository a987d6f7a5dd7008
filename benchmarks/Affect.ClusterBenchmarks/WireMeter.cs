using System.Diagnostics.Metrics;

namespace Affect.ClusterBenchmarks;

/// <summary>
/// Bytes of all messages that Orleans wrote to sockets, headers included, as its own instrument counts them: unlike the counters of the network interface it sees nobody
/// else's traffic. Silo and client are in this process, so requests and answers are both in it, each once.
/// </summary>
internal sealed class WireMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _bytes;

    public WireMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Microsoft.Orleans" && instrument.Name == "orleans-messaging-sent-messages-size")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, bytes, _, _) => Interlocked.Add(ref _bytes, bytes));
        _listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => Interlocked.Add(ref _bytes, bytes));
        _listener.Start();
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Dispose();
}
