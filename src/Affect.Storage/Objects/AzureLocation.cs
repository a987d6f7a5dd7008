namespace Affect.Storage.Objects;

/// <summary>A parsed <c>az://container/path</c>. The path is the blob's name or prefix as it is, without percent encoding.</summary>
/// <param name="Container">Container name.</param>
/// <param name="Path">What follows, without a leading '/'; may be empty.</param>
public readonly record struct AzureLocation(string Container, string Path)
{
    /// <summary>What an Azure location starts with.</summary>
    public const string Scheme = "az://";

    /// <summary>Whether the text claims to be an Azure location.</summary>
    public static bool IsAzure(string location) => location.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a location, or says what is wrong with it.</summary>
    public static AzureLocation Parse(string location)
    {
        if (!IsAzure(location))
        {
            throw new ArgumentException($"'{location}' does not start with {Scheme}.", nameof(location));
        }

        var rest = location[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var container = slash < 0 ? rest : rest[..slash];
        var valid = container.Length is >= 3 and <= 63 && container.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        return valid || container == "$web"
            ? new AzureLocation(container, slash < 0 ? string.Empty : rest[(slash + 1)..].TrimStart('/'))
            : throw new ArgumentException(
                $"'{location}': '{container}' is no container name (3 to 63 of a-z, 0-9 and '-'). " +
                $"Write {Scheme}container/prefix; the account comes from the credentials.",
                nameof(location));
    }

    public override string ToString() => $"{Scheme}{Container}/{Path}";
}
