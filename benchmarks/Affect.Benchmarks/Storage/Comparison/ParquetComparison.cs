using System.Diagnostics;
using System.Globalization;
using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>
/// The same label rows through every Parquet library at hand, in turns in one process: <c>Affect.Benchmarks parquet</c>. Checks that each library's
/// file gives the same rows to each library. Times are medians of <see cref="Rounds"/>; memory is the peak of a process that did nothing else.
/// </summary>
internal static class ParquetComparison
{
    private const int Rounds = 3;
    private const int FinalRows = 100_000;
    private const int ChunkRows = 2_000;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        ParquetEngine[] engines = [ParquetEngine.DuckDb, .. RejectedEngines.All];
        if (engines.Length == 1)
        {
            output.WriteLine("Parquet.Net is not on the NuGet source that this was built from: DuckDB alone.");
        }

        var folder = Directory.CreateTempSubdirectory("affect-parquet-");
        try
        {
            await CheckAsync(engines, folder.FullName, cancellationToken);
            output.WriteLine($"{"library",-20}{"kind",-7}{"rows",8}{"write ms",10}{"CPU ms",8}{"rows/s",9}{"bytes/row",11}{"read ms",9}{"CPU ms",8}{"rows/s",9}");
            foreach (var (kind, rows) in new[] { (LabelFileKind.Chunk, ChunkRows), (LabelFileKind.Labels, FinalRows) })
            {
                var source = BenchmarkRows.Make(rows).ToArray();
                var results = engines.ToDictionary(e => e, _ => new List<(Cost Write, Cost Read, long Bytes)>());
                for (var round = 0; round < Rounds; round++)
                {
                    foreach (var engine in engines)
                    {
                        var path = Path.Combine(folder.FullName, "rows.parquet");
                        var write = await MeasureAsync(() => engine.WriteAsync(source, BenchmarkRows.Metadata(kind), path, cancellationToken));
                        var read = await MeasureAsync(() => engine.ReadAsync(path, static _ => { }, cancellationToken));
                        results[engine].Add((write, read, new FileInfo(path).Length));
                    }
                }

                foreach (var engine in engines)
                {
                    Print(output, engine, kind, rows, results[engine]);
                }
            }

            foreach (var engine in engines)
            {
                using var alone = Process.Start(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], "parquet", engine.Name]);
                await alone.WaitForExitAsync(cancellationToken);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The peak memory of writing and reading streamed rows with one library, for a process of its own.</summary>
    public static async Task PeakAsync(string name, TextWriter output, CancellationToken cancellationToken)
    {
        var engine = ((ParquetEngine[])[ParquetEngine.DuckDb, .. RejectedEngines.All]).Single(e => e.Name == name);
        var path = Path.Combine(Path.GetTempPath(), $"affect-peak-{Environment.ProcessId}.parquet");
        var before = MiB("VmHWM:");
        try
        {
            await engine.WriteAsync(BenchmarkRows.Make(FinalRows), BenchmarkRows.Metadata(LabelFileKind.Labels), path, cancellationToken);
            var written = MiB("VmHWM:");
            await engine.ReadAsync(path, static _ => { }, cancellationToken);
            FormattableString line = $"{name}: {FinalRows} streamed rows, peak {before:F0} MiB before, {written:F0} after writing, {MiB("VmHWM:"):F0} after reading";
            output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Every library's file, read by every library, holds the rows. Also loads and compiles everything before it is measured.</summary>
    private static async Task CheckAsync(ParquetEngine[] engines, string folder, CancellationToken cancellationToken)
    {
        var rows = BenchmarkRows.Make(FinalRows / 2).ToArray();
        foreach (var writer in engines)
        {
            var path = Path.Combine(folder, "check.parquet");
            await writer.WriteAsync(rows, BenchmarkRows.Metadata(LabelFileKind.Chunk), path, cancellationToken);
            foreach (var reader in engines)
            {
                var next = 0;
                await reader.ReadAsync(
                    path,
                    row =>
                    {
                        var expected = rows[next++];
                        if (LabelTable.Columns.FirstOrDefault(c => !Same(c, expected, row)) is { } column)
                        {
                            throw new InvalidDataException($"{writer.Name}'s file read by {reader.Name}: row {next - 1} differs in {column.Name}.");
                        }
                    },
                    cancellationToken);
                if (next != rows.Length)
                {
                    throw new InvalidDataException($"{writer.Name}'s file read by {reader.Name} has {next} rows of {rows.Length}.");
                }
            }
        }
    }

    private static bool Same(LabelColumn column, LabelRow a, LabelRow b) => column switch
    {
        FloatColumn c => c.Get(a).Equals(c.Get(b)),
        DoubleColumn c => c.Get(a).Equals(c.Get(b)),
        LongColumn c => c.Get(a) == c.Get(b),
        IndexColumn c => c.Get(a) == c.Get(b),
        TextColumn c => c.Get(a) == c.Get(b),
        BytesColumn c => c.Get(a).AsSpan().SequenceEqual(c.Get(b)),
        _ => false,
    };

    private static async Task<Cost> MeasureAsync(Func<Task> work)
    {
        GC.Collect();
        var (cpu, clock) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        await work();
        return new Cost(clock.Elapsed.TotalMilliseconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds);
    }

    private static double MiB(string line) =>
        double.Parse(File.ReadLines("/proc/self/status").Single(l => l.StartsWith(line, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) / 1024;

    private static void Print(TextWriter output, ParquetEngine engine, LabelFileKind kind, int rows, List<(Cost Write, Cost Read, long Bytes)> results)
    {
        double Median(Func<(Cost Write, Cost Read, long Bytes), double> value) => results.Select(value).Order().ElementAt(results.Count / 2);
        var (write, read) = (Median(r => r.Write.Milliseconds), Median(r => r.Read.Milliseconds));
        FormattableString line =
            $"{engine.Name,-20}{kind,-7}{rows,8}{write,10:F0}{Median(r => r.Write.CpuMilliseconds),8:F0}{rows / write * 1000,9:F0}{results[0].Bytes / (double)rows,11:F1}{read,9:F0}{Median(r => r.Read.CpuMilliseconds),8:F0}{rows / read * 1000,9:F0}";
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private readonly record struct Cost(double Milliseconds, double CpuMilliseconds);
}
