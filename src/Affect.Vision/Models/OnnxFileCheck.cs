using System.Security.Cryptography;

namespace Affect.Vision.Models;

/// <summary>Checks that the weights are the ones the description speaks of: file, hash and operator set.</summary>
internal static class OnnxFileCheck
{
    public static void Verify(ModelManifest manifest)
    {
        string actual;
        long? opset;
        try
        {
            using var stream = File.OpenRead(manifest.OnnxFile);
            actual = Convert.ToHexStringLower(SHA256.HashData(stream));
            stream.Position = 0;
            opset = ReadOpset(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                manifest.OnnxFile, "The weights cannot be read.", $"Put the file there, or correct 'file' in {manifest.ManifestFile}.", error);
        }

        if (actual != manifest.Sha256)
        {
            throw new ModelException(
                manifest.OnnxFile,
                $"Its SHA-256 is {actual}, but {manifest.ManifestFile} says {manifest.Sha256}.",
                "Fetch the weights again, or, if you changed them on purpose, write the new hash (and new golden outputs) into the description.");
        }

        if (opset is null)
        {
            throw new ModelException(manifest.OnnxFile, "It is not an ONNX model: no operator set is declared.", "Export the model again as ONNX.");
        }

        if (opset != manifest.Opset)
        {
            throw new ModelException(
                manifest.OnnxFile,
                $"It uses operator set {opset}, but {manifest.ManifestFile} says {manifest.Opset}.",
                "Correct 'opset' in the description.");
        }
    }

    /// <summary>
    /// Reads opset_import (field 8 of ModelProto, onnx/onnx.proto at v1.12.0) for the default domain without parsing the graph. Null where the file is not
    /// a protobuf message with that field.
    /// </summary>
    internal static long? ReadOpset(Stream stream)
    {
        const int OpsetImport = 8;
        long? opset = null;
        while (stream.Position < stream.Length)
        {
            if (!TryVarint(stream, out var tag))
            {
                return null;
            }

            switch (tag & 7)
            {
                case 0 when TryVarint(stream, out _):
                    break;
                case 1:
                    stream.Position += 8;
                    break;
                case 5:
                    stream.Position += 4;
                    break;
                case 2 when TryVarint(stream, out var length) && length <= (ulong)(stream.Length - stream.Position):
                    if (tag >> 3 == OpsetImport && length < 4096)
                    {
                        var bytes = new byte[length];
                        stream.ReadExactly(bytes);
                        opset = DefaultDomainVersion(bytes) ?? opset;
                    }
                    else
                    {
                        stream.Position += (long)length;
                    }

                    break;
                default:
                    return null;
            }
        }

        return opset;
    }

    /// <summary>OperatorSetIdProto: domain (1, text), version (2, varint).</summary>
    private static long? DefaultDomainVersion(byte[] message)
    {
        var stream = new MemoryStream(message);
        var isDefault = true;
        long? version = null;
        while (TryVarint(stream, out var tag))
        {
            if ((tag & 7) == 2 && TryVarint(stream, out var length))
            {
                isDefault &= !(tag >> 3 == 1 && length > 0);
                stream.Position += (long)length;
            }
            else if ((tag & 7) == 0 && TryVarint(stream, out var value))
            {
                version = tag >> 3 == 2 ? (long)value : version;
            }
            else
            {
                return null;
            }
        }

        return isDefault ? version : null;
    }

    private static bool TryVarint(Stream stream, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.ReadByte();
            if (next < 0)
            {
                return false;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
