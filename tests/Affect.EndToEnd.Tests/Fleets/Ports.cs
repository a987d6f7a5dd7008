using System.Net;
using System.Net.Sockets;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>Ports that nobody listens on, below those that the system gives to outgoing connections.</summary>
internal static class Ports
{
    private static readonly Random Source = new();

    public static int Free()
    {
        while (true)
        {
            var port = Source.Next(15_000, 32_000);
            using var probe = new TcpListener(IPAddress.Any, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }
}
