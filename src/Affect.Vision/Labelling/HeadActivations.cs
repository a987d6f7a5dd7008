using Affect.Vision.Models;

namespace Affect.Vision.Labelling;

/// <summary>Turns a head's raw output into probabilities or values, in place of one face.</summary>
internal static class HeadActivations
{
    public static void Apply(ModelHead head, ReadOnlySpan<float> raw, Span<float> result)
    {
        switch (head.Activation)
        {
            case HeadActivation.Softmax:
                Softmax(raw, head.Temperature, result);
                break;
            case HeadActivation.Sigmoid:
                for (var i = 0; i < raw.Length; i++)
                {
                    result[i] = 1f / (1f + MathF.Exp(-raw[i] / head.Temperature));
                }

                break;
            case HeadActivation.Tanh:
                for (var i = 0; i < raw.Length; i++)
                {
                    result[i] = MathF.Tanh(raw[i]);
                }

                break;
            case HeadActivation.None:
                for (var i = 0; i < raw.Length; i++)
                {
                    result[i] = Math.Clamp(raw[i], -1f, 1f);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(head), head.Activation, "Unknown activation.");
        }
    }

    private static void Softmax(ReadOnlySpan<float> raw, float temperature, Span<float> result)
    {
        var highest = float.NegativeInfinity;
        foreach (var value in raw)
        {
            highest = Math.Max(highest, value);
        }

        var sum = 0f;
        for (var i = 0; i < raw.Length; i++)
        {
            result[i] = MathF.Exp((raw[i] - highest) / temperature);
            sum += result[i];
        }

        for (var i = 0; i < raw.Length; i++)
        {
            result[i] /= sum;
        }
    }
}
