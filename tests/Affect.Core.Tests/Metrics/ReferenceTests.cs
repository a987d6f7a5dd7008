using System.Text.Json;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Core.Tests.Metrics;

/// <summary>
/// Against numpy and scikit-learn (reference/make_reference.py). Tolerance 1e-9: at most 80 values of magnitude 1, and for the case with a common
/// mean of 1e6 and unit variance, rounding of the values themselves (1e6·2^-52) is 2e-10.
/// </summary>
public sealed class ReferenceTests
{
    private const double Tolerance = 1e-9;
    private static readonly JsonElement Reference = Load();

    public static TheoryData<int> Cases(string kind) => new(Enumerable.Range(0, Reference.GetProperty(kind).GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases), "regression")]
    public void Regression_EqualsNumpy(int index)
    {
        var expected = Reference.GetProperty("regression")[index];
        var pairs = Doubles(expected, "truth").Zip(Doubles(expected, "prediction")).ToArray();
        foreach (var parts in new[] { 1, 2, 3, 7 })
        {
            var whole = new RegressionAccumulator();
            foreach (var part in pairs.Chunk(Math.Max(1, (pairs.Length + parts - 1) / parts)))
            {
                var accumulator = new RegressionAccumulator();
                foreach (var (truth, prediction) in part)
                {
                    accumulator.Add(truth, prediction);
                }

                whole.Add(accumulator);
            }

            var result = whole.Result();
            Same(expected, "ccc", result.Ccc);
            Same(expected, "pcc", result.Pcc);
            Same(expected, "rmse", result.Rmse);
            Same(expected, "sagr", result.Sagr);
            Assert.Equal(pairs.Length, result.N);
        }
    }

    [Theory]
    [MemberData(nameof(Cases), "expression")]
    public void Expression_EqualsScikitLearn(int index)
    {
        var expected = Reference.GetProperty("expression")[index];
        var classes = expected.GetProperty("classes").GetInt32();
        var matrix = new ConfusionMatrix(classes);
        foreach (var (truth, prediction) in Doubles(expected, "truth").Zip(Doubles(expected, "prediction")))
        {
            matrix.Add((int)truth, (int)prediction);
        }

        Same(expected, "macroF1", matrix.MacroF1());
        Same(expected, "accuracy", matrix.Accuracy());
        for (var c = 0; c < classes; c++)
        {
            Same(expected.GetProperty("f1")[c], matrix.Class(c).F1);
            Same(expected.GetProperty("precision")[c], matrix.Class(c).Precision);
            Same(expected.GetProperty("recall")[c], matrix.Class(c).Recall);
            for (var p = 0; p < classes; p++)
            {
                Assert.Equal(expected.GetProperty("confusion")[c][p].GetInt64(), matrix[c, p]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases), "actionUnits")]
    public void ActionUnits_EqualScikitLearn(int index)
    {
        var expected = Reference.GetProperty("actionUnits")[index];
        var units = Enumerable.Range(0, 12).Select(_ => new BinaryAccumulator()).ToArray();
        foreach (var (truth, prediction) in expected.GetProperty("truth").EnumerateArray().Zip(expected.GetProperty("prediction").EnumerateArray()))
        {
            for (var u = 0; u < 12; u++)
            {
                if (truth[u].GetInt32() >= 0)
                {
                    units[u].Add(truth[u].GetInt32() == 1, prediction[u].GetInt32() == 1);
                }
            }
        }

        Same(expected, "meanF1", BinaryAccumulator.MeanF1(units));
        for (var u = 0; u < 12; u++)
        {
            Same(expected.GetProperty("f1")[u], units[u].Result().F1);
            Same(expected.GetProperty("accuracy")[u], units[u].Result().Accuracy);
        }
    }

    private static void Same(JsonElement expected, string name, Measure actual) => Same(expected.GetProperty(name), actual);

    private static void Same(JsonElement expected, Measure actual)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(actual.Value);
            Assert.False(string.IsNullOrEmpty(actual.Reason));
            return;
        }

        Assert.NotNull(actual.Value);
        Assert.Equal(expected.GetDouble(), actual.Value.Value, Tolerance);
    }

    private static IEnumerable<double> Doubles(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(v => v.GetDouble());

    private static JsonElement Load()
    {
        using var stream = typeof(ReferenceTests).Assembly.GetManifestResourceStream("Affect.Core.Tests.Metrics.reference.reference.json")
            ?? throw new InvalidOperationException("The reference cases are not embedded.");
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
