using System.Globalization;
using Affect.ClusterBenchmarks;
using Affect.ClusterBenchmarks.Efficiency;

// scale [CHUNKS,CHUNKS,...] [SECONDS OF BUSY WORKERS; 0: not]: the table of docs/benchmarks-cluster.md.
// rebuild [CHUNKS,CHUNKS,...]: the second table there.
// local | worker: parts of benchmarks/cluster_efficiency.py, which starts them.
switch (args)
{
    case ["local", var folder, var chunks, var milliseconds, var lanes, var kind]:
        await MadeRun.RunLocallyAsync(folder, Number(chunks), Number(milliseconds), Number(lanes), kind);
        return 0;
    case ["worker", var server, var folder, var kind]:
        await MadeRun.WorkAsync(server, folder, kind);
        return 0;
    case ["rebuild", ..]:
        Console.Out.WriteLine(MachineLine.Text());
        await RebuildTable.RunAsync(args.Length > 1 ? [.. args[1].Split(',').Select(Number)] : [10_000, 100_000, 1_000_000], Console.Out);
        return 0;
    case [] or ["scale", ..]:
        Console.Out.WriteLine(MachineLine.Text());
        await ScaleTable.RunAsync(args.Length > 1 ? [.. args[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)] : [10_000, 100_000, 1_000_000], args.Length > 2 ? Number(args[2]) : 60, Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("scale [CHUNKS,CHUNKS,...] [SECONDS], or see benchmarks/cluster_efficiency.py");
        return 64;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
