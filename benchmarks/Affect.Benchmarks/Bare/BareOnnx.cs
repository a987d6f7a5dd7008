using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Affect.Benchmarks.Bare;

/// <summary>
/// The yardstick of the end-to-end benchmark: ONNX Runtime alone, as little around it as possible, running one model on a number of
/// items in fixed batches. Prints CPU seconds of the runs (without loading the model).
/// </summary>
internal static class BareOnnx
{
    /// <summary>Arguments: model.onnx, items, batch, threads, and sizes (HxW, comma-separated) where the model leaves height and width open: one run an item for each.</summary>
    public static int Run(string[] args)
    {
        if (args.Length is not (4 or 5))
        {
            Console.Error.WriteLine("usage: bare MODEL.onnx ITEMS BATCH THREADS [HxW,HxW...]");
            return 64;
        }

        var items = int.Parse(args[1], CultureInfo.InvariantCulture);
        var batch = int.Parse(args[2], CultureInfo.InvariantCulture);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = int.Parse(args[3], CultureInfo.InvariantCulture),
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        using var session = new InferenceSession(args[0], options);
        var (name, meta) = session.InputMetadata.Single();
        var inputs = (args.Length == 5 ? args[4].Split(',') : [string.Empty])
            .Select(size => new Dictionary<string, OrtValue> { [name] = Input(Shape(meta.Dimensions, batch, size)) })
            .ToList();
        using var run = new RunOptions();
        inputs.ForEach(input => session.Run(run, input, session.OutputNames).Dispose());

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var runs = (items + batch - 1) / batch;
        for (var i = 0; i < runs; i++)
        {
            foreach (var input in inputs)
            {
                session.Run(run, input, session.OutputNames).Dispose();
            }
        }

        var cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"items={runs * batch} cpu_s={cpu:F3} wall_s={watch.Elapsed.TotalSeconds:F3} ms_per_item={1000 * cpu / (runs * batch):F3}"));
        return 0;
    }

    private static long[] Shape(int[] dimensions, int batch, string size)
    {
        var open = new Queue<long>(size.Split('x', StringSplitOptions.RemoveEmptyEntries).Select(s => long.Parse(s, CultureInfo.InvariantCulture)));
        return [.. dimensions.Select((d, i) => d > 0 ? d : i == 0 ? batch : open.Dequeue())];
    }

    private static OrtValue Input(long[] shape)
    {
        var data = new float[shape.Aggregate(1L, (a, b) => a * b)];
        var random = new Random(1);
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = random.NextSingle();
        }

        return OrtValue.CreateTensorValueFromMemory(data, shape);
    }
}
