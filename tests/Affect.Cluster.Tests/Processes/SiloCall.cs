namespace Affect.Cluster.Tests.Processes;

/// <summary>How a silo is started as a process, and how it says that it is ready.</summary>
internal static class SiloCall
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    public static IReadOnlyList<string> Of(
        string program, string membership, string output, string root, string address, (int Silo, int Gateway, int Health) ports) =>
    [
        "dotnet", program, "--membership", membership, "--out", output, "--root", root, "--advertise", address,
        "--silo-port", $"{ports.Silo}", "--gateway-port", $"{ports.Gateway}", "--health-port", $"{ports.Health}",
    ];

    public static async Task<bool> IsReadyAsync(string address, int healthPort)
    {
        try
        {
            using var answer = await Http.GetAsync($"http://{address}:{healthPort}/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
