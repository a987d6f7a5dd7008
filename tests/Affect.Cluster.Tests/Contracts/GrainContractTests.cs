using System.Reflection;
using System.Text;
using Affect.Grains;
using Orleans;

namespace Affect.Cluster.Tests.Contracts;

/// <summary>The grain interfaces as a whole: what every call of every grain must be like, those added later as well.</summary>
public sealed class GrainContractTests
{
    private static readonly Type[] Interfaces =
        [.. typeof(IJobGrain).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).OrderBy(type => type.Name, StringComparer.Ordinal)];

    private static readonly MethodInfo[] Calls = [.. Interfaces.SelectMany(type => type.GetMethods())];

    [Fact]
    public void Calls_AreFound() => Assert.Equal((4, true), (Interfaces.Length, Calls.Length > 30));

    [Fact]
    public void EveryCall_TakesACancellationToken_Last_AndRequired() => Assert.All(Calls, call =>
    {
        var token = Assert.Single(call.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
        Assert.Equal(call.GetParameters().Length - 1, token.Position);
        Assert.False(token.HasDefaultValue, $"{Name(call)}: the token is optional");
    });

    [Fact]
    public void EveryCall_ReturnsATask() => Assert.All(Calls, call => Assert.True(typeof(Task).IsAssignableFrom(call.ReturnType), Name(call)));

    /// <summary>Names and signatures as two versions of the project know them in a rolling update. Change one only together with the version in its alias.</summary>
    [Fact]
    public void NamesAndSignatures_AreThePinnedOnes()
    {
        var text = new StringBuilder();
        foreach (var type in Interfaces)
        {
            text.Append(Alias(type)).Append(" = ").Append(type.FullName).Append('\n');
            foreach (var call in type.GetMethods().OrderBy(Alias, StringComparer.Ordinal))
            {
                text.Append("  ").Append(Alias(call)).Append('(').AppendJoin(", ", call.GetParameters().Select(p => Text(p.ParameterType))).Append("): ").Append(Text(call.ReturnType)).Append('\n');
            }
        }

        if (Environment.GetEnvironmentVariable("AFFECT_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "grains-v1.txt"), text.ToString());
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contracts", "grains-v1.txt")), text.ToString());
    }

    /// <summary>Ids, object names and counts cross the wire, never pixels or rows; and what crosses it is immutable, so grains of one silo may share it.</summary>
    [Fact]
    public void Messages_AreImmutable_AndHoldNoPixelsOrRows()
    {
        var messages = new HashSet<Type>();
        foreach (var type in Calls.SelectMany(call => call.GetParameters().Select(p => p.ParameterType).Append(call.ReturnType)))
        {
            Collect(type, messages);
        }

        Assert.True(messages.Count > 30, "too few messages found");
        Assert.DoesNotContain(messages, type => type == typeof(byte) || type == typeof(float) || type.Namespace is "Affect.Core.Labels" or "Affect.Core.Video" || type.Name.Contains("Frames", StringComparison.Ordinal));
        Assert.All(messages.Where(IsOurs), type => Assert.All(
            type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.SetMethod is not null),
            property => Assert.True(
                property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)), $"{type.Name}.{property.Name} can be set")));
        Assert.All(messages.Where(type => IsOurs(type) && type.IsClass), type => Assert.True(type.IsSealed, $"{type.Name} is not sealed"));
        Assert.DoesNotContain(messages, type => type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(List<>) || open == typeof(Dictionary<,>) || open == typeof(HashSet<>)));
    }

    private static void Collect(Type type, HashSet<Type> into)
    {
        if (type == typeof(CancellationToken) || !into.Add(type))
        {
            return;
        }

        foreach (var argument in type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments())
        {
            Collect(argument, into);
        }

        if (IsOurs(type) && !type.IsEnum)
        {
            foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            {
                Collect(property.PropertyType, into);
            }
        }
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("Affect.", StringComparison.Ordinal) == true;

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias ?? throw new InvalidOperationException($"{member.DeclaringType?.Name}.{member.Name} has no alias.");

    private static string Name(MethodInfo call) => $"{call.DeclaringType!.Name}.{call.Name}";

    private static string Text(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Text))}>"
        : IsOurs(type) ? type.FullName! : type.Name;
}
