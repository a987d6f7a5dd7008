namespace Affect.Vision.Models;

/// <summary>A known input and what the model gave for it when it was exported; compared when the model is loaded.</summary>
/// <param name="Rgb">The picture: uint8 [height, width, 3], RGB.</param>
/// <param name="Outputs">Expected raw tensor values.</param>
/// <param name="Tolerance">Largest allowed absolute difference, in the tensor's own unit.</param>
public sealed record ModelGolden(
    int WidthPixels, int HeightPixels, ReadOnlyMemory<byte> Rgb, IReadOnlyList<GoldenOutput> Outputs, float Tolerance)
{
    /// <summary>The deterministic test picture of the model format: value(x, y, c) = (x * (3 + 2c) + y * (5 + c)) mod 256.</summary>
    public static byte[] Pattern(int widthPixels, int heightPixels)
    {
        var rgb = new byte[checked(3 * widthPixels * heightPixels)];
        var at = 0;
        for (var y = 0; y < heightPixels; y++)
        {
            for (var x = 0; x < widthPixels; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    rgb[at++] = (byte)((x * (3 + (2 * c))) + (y * (5 + c)));
                }
            }
        }

        return rgb;
    }

    internal static ModelGolden Read(ManifestReader reader, ModelInput input)
    {
        var image = reader.Object("image");
        var width = image.Integer("width", 8, 4096);
        var height = image.Integer("height", 8, 4096);
        if (!input.HasFreeSize && (width != input.WidthPixels || height != input.HeightPixels))
        {
            throw image.Error("width", $"and height are {width}x{height}, but the model's input is {input.WidthPixels}x{input.HeightPixels}");
        }

        byte[] rgb;
        if (image.Has("pattern"))
        {
            image.Choice("pattern", ("affine-mod-256", 0));
            rgb = Pattern(width, height);
        }
        else
        {
            rgb = new byte[3 * width * height];
            if (!Convert.TryFromBase64String(image.Text("rgb"), rgb, out var written) || written != rgb.Length)
            {
                throw image.Error("rgb", $"is not the base64 text of {rgb.Length} bytes ({width} x {height} x 3)");
            }
        }

        var outputs = reader.Raw("outputs").EnumerateObject().Select(property => GoldenOutput.Read(reader.Object("outputs"), property.Name)).ToArray();
        return outputs.Length == 0
            ? throw reader.Error("outputs", "is empty")
            : new ModelGolden(width, height, rgb, outputs, (float)reader.Number("tolerance", 0, 1e6, 1e-3));
    }
}

/// <summary>Expected values of one output tensor of the golden picture.</summary>
/// <param name="At">Positions in the flattened tensor; the first <c>Values.Length</c> positions where it is empty.</param>
public sealed record GoldenOutput(string Tensor, IReadOnlyList<int> At, IReadOnlyList<float> Values)
{
    internal static GoldenOutput Read(ManifestReader outputs, string tensor)
    {
        if (outputs.Raw(tensor).ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            return new GoldenOutput(tensor, [], outputs.Numbers(tensor));
        }

        var sampled = outputs.Object(tensor);
        var values = sampled.Numbers("values");
        var at = sampled.Integers("at");
        return at.Length != values.Length || at.Any(position => position < 0)
            ? throw sampled.Error("at", "must hold one position (from 0) for each value")
            : new GoldenOutput(tensor, at, values);
    }
}
