using Azure;

namespace Affect.Storage.Objects;

/// <summary>What went wrong at Azure, in words without addresses, headers or keys.</summary>
internal static class AzureErrors
{
    public static string Explain(RequestFailedException e)
    {
        var code = string.IsNullOrEmpty(e.ErrorCode) ? string.Empty : $" {e.ErrorCode}";
        return e.Status switch
        {
            0 => "the service did not answer (is the account name or endpoint right, and the network up?)",
            401 or 403 => $"access refused (HTTP {e.Status}{code}): the credentials do not allow it or have expired",
            404 => $"not found (HTTP 404{code}): the container must exist",
            _ => $"HTTP {e.Status}{code}",
        };
    }
}
