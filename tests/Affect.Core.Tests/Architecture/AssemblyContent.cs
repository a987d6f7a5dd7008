using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Affect.Core.Tests.Architecture;

/// <summary>What a built assembly refers to, read from its metadata without loading it.</summary>
/// <param name="Assemblies">Names of referenced assemblies.</param>
/// <param name="Types">Full names of referenced types.</param>
/// <param name="Members">Referenced members of types, as <c>Namespace.Type::Member</c>.</param>
/// <param name="NativeImports">Number of functions imported from native libraries.</param>
internal sealed record AssemblyContent(
    IReadOnlySet<string> Assemblies, IReadOnlySet<string> Types, IReadOnlySet<string> Members, int NativeImports)
{
    public static AssemblyContent Read(string path)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return new AssemblyContent(
            metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToHashSet(StringComparer.Ordinal),
            metadata.TypeReferences.Select(handle => TypeName(metadata, handle)).ToHashSet(StringComparer.Ordinal),
            metadata.MemberReferences.Select(metadata.GetMemberReference).Where(member => member.Parent.Kind == HandleKind.TypeReference)
                .Select(member => $"{TypeName(metadata, (TypeReferenceHandle)member.Parent)}::{metadata.GetString(member.Name)}").ToHashSet(StringComparer.Ordinal),
            metadata.GetTableRowCount(TableIndex.ImplMap));
    }

    private static string TypeName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
