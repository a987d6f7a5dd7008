using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Planning;
using Affect.Storage.Objects;

namespace Affect.Engine.Finalising;

/// <summary>
/// <c>finalised.json</c>: which chunk attempts the labels were made of. Labels are up to date when the fingerprint is that of the markers.
/// </summary>
/// <param name="Fingerprint">SHA-256 over chunk, winning attempt or reason of loss, in plan order.</param>
/// <param name="Tracks">Tracks of each labelled video, by its number in the manifest.</param>
internal sealed record FinalState(string Fingerprint, SortedDictionary<int, int> Tracks)
{
    public static FinalState Of(IReadOnlyList<ChunkSpec> plan, DoneMarkers done, IReadOnlyDictionary<ChunkId, string> lost)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var chunk in plan)
        {
            var outcome = done.Find(chunk.Id) is { } marker ? marker.Attempt.ToString() : lost.GetValueOrDefault(chunk.Id, "missing");
            hash.AppendData(Encoding.UTF8.GetBytes($"{chunk.Id} {outcome}\n"));
        }

        return new FinalState(Convert.ToHexStringLower(hash.GetHashAndReset()), []);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FinalJson.Default.FinalState);

    /// <summary>The state written, or null where it cannot be read: then the labels are written again.</summary>
    public static FinalState? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FinalJson.Default.FinalState);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal static class FinalStateStore
{
    /// <summary>The state written, or null where there is none that can be read.</summary>
    public static async Task<FinalState?> TryReadFinalStateAsync(this IObjectStore objects, string name, CancellationToken cancellationToken) =>
        await objects.TryReadAllAsync(name, cancellationToken).ConfigureAwait(false) is { } json ? FinalState.Parse(json) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FinalState))]
internal sealed partial class FinalJson : JsonSerializerContext;
