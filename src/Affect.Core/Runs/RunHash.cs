using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Affect.Core.Runs;

/// <summary>
/// Short hashes of values by way of their canonical JSON: compact, properties in declaration order (the serializer is generated at compile time),
/// numbers in shortest round-trip form, dictionaries sorted. A golden test pins the bytes.
/// </summary>
internal static class RunHash
{
    /// <summary>Characters: 80 bits. Among a million runs two meet by chance with a probability of 4e-13.</summary>
    public const int Length = 16;

    public static string Of<T>(T value, JsonTypeInfo<T> type) => Base32.Encode(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(value, type)), Length);
}
