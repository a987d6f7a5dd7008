namespace Affect.IoHashing;

/// <summary>Names one type of the real assembly, so that the compiler keeps the reference and the build copies the file.</summary>
public static class HashingReference
{
    /// <summary>The assembly that answers for <c>System.IO.Hashing</c> at run time.</summary>
    public static string AssemblyName => typeof(System.IO.Hashing.Crc64).Assembly.FullName!;
}
