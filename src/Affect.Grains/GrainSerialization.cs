using Affect.Engine.Serving;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;

namespace Affect.Grains;

/// <summary>Messages between silos and their clients: the project's own types as JSON, in the very words that workers over HTTP use.</summary>
public static class GrainSerialization
{
    public static ISerializerBuilder AddAffect(this ISerializerBuilder builder)
    {
        // Between grains of one silo Orleans copies a message, by default as JSON there and back: most of a lease's cost. Ours are immutable, so they are handed on as they are.
        builder.Services.AddSingleton<IGeneralizedCopier, ImmutableCopier>();
        return builder.AddJsonSerializer(IsOurs, isCopyable: _ => false, options => options.Configure(json => json.SerializerOptions = WireJson.Options));
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("Affect.", StringComparison.Ordinal) == true;

    /// <summary>Gives a message back as its own copy. Right as long as every message is an immutable record, which a test of the contracts asserts.</summary>
    private sealed class ImmutableCopier : IGeneralizedCopier
    {
        public bool IsSupportedType(Type type) => IsOurs(type);

        public object? DeepCopy(object? input, CopyContext context) => input;
    }
}
