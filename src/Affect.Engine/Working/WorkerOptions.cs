namespace Affect.Engine.Working;

/// <summary>How a worker works. Changes no label.</summary>
/// <param name="HeartbeatsPerLease">Heartbeats a lease; at least 2, so that one may be lost. Default 3.</param>
public sealed record WorkerOptions(int HeartbeatsPerLease = 3);
