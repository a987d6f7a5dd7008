using System.Globalization;
using Affect.ClusterBenchmarks;

// Chunks of the runs to drain; then the test of keeping workers busy, in seconds (0: not).
var sizes = args.Length > 0 ? args[0].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray() : [10_000, 100_000, 1_000_000];
var busySeconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
Console.Out.WriteLine(MachineLine.Text());
await ScaleTable.RunAsync(sizes, busySeconds, Console.Out);
