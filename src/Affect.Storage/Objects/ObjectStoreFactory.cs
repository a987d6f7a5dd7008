namespace Affect.Storage.Objects;

/// <summary>Opens the store that a location names.</summary>
public static class ObjectStoreFactory
{
    /// <summary>A folder path, or <c>az://container/prefix</c> with credentials from the environment. Nothing is read or made
    /// yet.</summary>
    /// <exception cref="ArgumentException">The location is malformed, of an unknown kind, or its credentials are missing or
    /// malformed.</exception>
    public static IObjectStore Open(string location) => Open(location, AzureBlobOptions.FromEnvironment());

    /// <summary>The same with given credentials.</summary>
    public static IObjectStore Open(string location, AzureBlobOptions azure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        if (!AzureLocation.IsAzure(location))
        {
            return location.Contains("://", StringComparison.Ordinal)
                ? throw new ArgumentException($"'{location}': only folder paths and {AzureLocation.Scheme}container/prefix are known.", nameof(location))
                : new LocalObjectStore(location);
        }

        var parsed = AzureLocation.Parse(location);
        var prefix = parsed.Path.TrimEnd('/');
        if (prefix.Length > 0)
        {
            ObjectNames.Validate(prefix);
            prefix += "/";
        }

        return new AzureBlobStore(azure.CreateContainerClient(parsed.Container), prefix);
    }
}
