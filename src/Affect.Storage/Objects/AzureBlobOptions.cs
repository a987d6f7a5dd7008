using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Affect.Storage.Objects;

/// <summary>
/// How to reach Azure Blob Storage. One of, in this order: a connection string; the SAS address of the account or container; account name
/// and key.
/// Never printed: <see cref="ToString"/> says which kind it is and no more.
/// </summary>
public sealed class AzureBlobOptions
{
    /// <summary>Attempts after the first, by the Azure client. No other layer retries.</summary>
    public const int MaxRetries = 5;

    /// <summary>Wait before the first retry; it doubles from one to the next up to <see cref="MaxRetryDelay"/>.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(0.4);

    /// <summary>Longest wait between two attempts.</summary>
    public static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for one answer.</summary>
    public static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(60);

    /// <summary>As the portal shows it (<c>DefaultEndpointsProtocol=…</c>); environment AZURE_STORAGE_CONNECTION_STRING.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Signed https address of the account (<c>https://ACCOUNT.blob.core.windows.net/?sv=…</c>) or container; environment
    /// AZURE_STORAGE_SAS_URL.</summary>
    public string? SasUrl { get; init; }

    /// <summary>Account name; environment AZURE_STORAGE_ACCOUNT.</summary>
    public string? AccountName { get; init; }

    /// <summary>Shared key of the account, Base64; environment AZURE_STORAGE_KEY.</summary>
    public string? AccountKey { get; init; }

    /// <summary><see cref="RetryDelay"/>, shorter in tests.</summary>
    internal TimeSpan Delay { get; init; } = RetryDelay;

    /// <summary>Reads the environment variables that Azure's own tools use.</summary>
    public static AzureBlobOptions FromEnvironment() => new()
    {
        ConnectionString = Variable("AZURE_STORAGE_CONNECTION_STRING"),
        SasUrl = Variable("AZURE_STORAGE_SAS_URL"),
        AccountName = Variable("AZURE_STORAGE_ACCOUNT"),
        AccountKey = Variable("AZURE_STORAGE_KEY"),
    };

    /// <summary>A client of the container.</summary>
    /// <exception cref="ArgumentException">No credentials, or malformed ones; the message names the variable, never its value.</exception>
    internal BlobContainerClient CreateContainerClient(string container)
    {
        var options = ClientOptions();
        try
        {
            if (ConnectionString is not null)
            {
                return new BlobContainerClient(ConnectionString, container, options);
            }

            if (SasUrl is not null)
            {
                return SasClient(new Uri(SasUrl, UriKind.Absolute), container, options);
            }

            if (AccountName is not null && AccountKey is not null)
            {
                var endpoint = new Uri($"https://{AccountName}.blob.core.windows.net/{container}");
                return new BlobContainerClient(endpoint, new StorageSharedKeyCredential(AccountName, AccountKey), options);
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // The inner message can quote the secret, so it goes no further.
            throw new ArgumentException($"The Azure {this} is malformed. {Help}");
        }

        throw new ArgumentException($"az:// locations need credentials, and there are none. {Help}");
    }

    public override string ToString() =>
        ConnectionString is not null ? "connection string (AZURE_STORAGE_CONNECTION_STRING)"
        : SasUrl is not null ? "SAS address (AZURE_STORAGE_SAS_URL)"
        : AccountName is not null && AccountKey is not null ? "account name or key (AZURE_STORAGE_ACCOUNT, AZURE_STORAGE_KEY)"
        : "credentials: none";

    private const string Help =
        "Set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_SAS_URL, or AZURE_STORAGE_ACCOUNT with " +
        "AZURE_STORAGE_KEY (Azure portal: storage account, access keys).";

    private static BlobContainerClient SasClient(Uri address, string container, BlobClientOptions options)
    {
        var builder = new BlobUriBuilder(address);
        if (builder.Sas is null)
        {
            throw new FormatException("no signature");
        }

        builder.BlobContainerName = container;
        builder.BlobName = string.Empty;
        return new BlobContainerClient(builder.ToUri(), options);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value.Trim() : null;

    private BlobClientOptions ClientOptions()
    {
        // A fixed service version: the newest that the client knows can be too new for an emulator or a sovereign cloud.
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2022_11_02);
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = MaxRetries;
        options.Retry.Delay = Delay;
        options.Retry.MaxDelay = MaxRetryDelay;
        options.Retry.NetworkTimeout = NetworkTimeout;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return options;
    }
}
