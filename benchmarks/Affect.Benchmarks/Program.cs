using System.Reflection;
using Affect.Benchmarks.Bare;
using Affect.Benchmarks.Detectors;
using Affect.Benchmarks.Ledger;
using Affect.Benchmarks.Storage;
using Affect.Benchmarks.Storage.Comparison;
using BenchmarkDotNet.Running;

if (args is ["bare", .. var rest])
{
    return BareOnnx.Run(rest);
}

if (args is ["detectors", .. var detectors])
{
    return DetectorComparison.Run(detectors, Console.Out);
}

if (args is ["detectors-synthetic", .. var synthetic])
{
    return SyntheticComparison.Run(synthetic, Console.Out);
}

if (args is ["ledger"])
{
    return LedgerScale.Run(Console.Out);
}

if (args is ["storage"])
{
    await StorageFigures.RunAsync(Console.Out, CancellationToken.None);
    return 0;
}

if (args is ["parquet"])
{
    await ParquetComparison.RunAsync(Console.Out, CancellationToken.None);
    return 0;
}

if (args is ["parquet", var library])
{
    await ParquetComparison.PeakAsync(library, Console.Out, CancellationToken.None);
    return 0;
}

BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
return 0;
