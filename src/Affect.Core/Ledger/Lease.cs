using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Planning;

namespace Affect.Core.Ledger;

/// <summary>Who asks for work.</summary>
/// <param name="Name">Unique among the workers alive.</param>
/// <param name="Offers">Requirement tags the worker meets (see <see cref="RequirementTags"/>); lower case.</param>
[method: JsonConstructor]
public sealed record WorkerProfile(string Name, [property: JsonConverter(typeof(TagSetJsonConverter))] IReadOnlySet<string> Offers)
{
    /// <summary>A worker that offers nothing special.</summary>
    public WorkerProfile(string name)
        : this(name, new HashSet<string>(StringComparer.Ordinal))
    {
    }
}

/// <summary>The right and the duty to work on a chunk until <see cref="ExpiresAt"/>, extended by heartbeats.</summary>
/// <param name="Token">Identity; names the attempt's object.</param>
/// <param name="Chunk">What to do.</param>
/// <param name="Duration">Time left when the lease was given. Workers count this on their own clock.</param>
/// <param name="ExpiresAt">The same by the ledger's wall clock, for people; the ledger itself uses the monotonic clock.</param>
/// <param name="IsSpeculative">Another worker holds a lease on the same chunk.</param>
/// <param name="IsSuspect">
/// A worker was lost over it or over another chunk of its video, or may have been (a second lease): that may be what ended the worker. A process of its own tries it first.
/// </param>
public sealed record Lease(LeaseToken Token, ChunkSpec Chunk, TimeSpan Duration, DateTimeOffset ExpiresAt, bool IsSpeculative, bool IsSuspect = false)
{
    /// <summary>The attempt, for the names of what it writes.</summary>
    public AttemptId Attempt => Token.Attempt;
}

/// <summary>Why a reply holds the leases it holds. Sent: values are never renumbered.</summary>
public enum LeaseStatus
{
    Unknown = 0,

    /// <summary>At least one lease.</summary>
    Granted = 1,

    /// <summary>Nothing now, but other workers' chunks or delayed retries may come back: ask again after <see cref="LeaseReply.RetryAfter"/>.</summary>
    Wait = 2,

    /// <summary>All that is pending needs what this worker does not offer, and nothing is in work that could come back.</summary>
    NotEligible = 3,

    /// <summary>Every chunk is done or quarantined.</summary>
    Finished = 4,
}

/// <summary>Answer to a request for work.</summary>
/// <param name="Status">What the worker should do.</param>
/// <param name="Leases">The leases, at most as many as asked for.</param>
/// <param name="RetryAfter">When to ask again where the status is <see cref="LeaseStatus.Wait"/> or <see cref="LeaseStatus.NotEligible"/>; else zero.</param>
public sealed record LeaseReply(LeaseStatus Status, IReadOnlyList<Lease> Leases, TimeSpan RetryAfter);

/// <summary>A set of tags as a sorted list.</summary>
internal sealed class TagSetJsonConverter : JsonConverter<IReadOnlySet<string>>
{
    public override IReadOnlySet<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var tags = new HashSet<string>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Not a list of tags.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            tags.Add(reader.GetString()!);
        }

        return reader.TokenType == JsonTokenType.EndArray ? tags : throw new JsonException("Not a list of tags.");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlySet<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var tag in value.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(tag);
        }

        writer.WriteEndArray();
    }
}
