using System.Diagnostics;
using System.Globalization;
using Affect.Core.Labels;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Benchmarks.Storage;

/// <summary>
/// The figures of the storage layer in one process and a minute: <c>Affect.Benchmarks storage</c>. Streams the rows, so that memory is
/// that of the writer and reader.
/// </summary>
internal static class StorageFigures
{
    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "storage-figures")).FullName;
        try
        {
            await ParquetAsync(folder, output, cancellationToken);
            await StoresAsync(folder, output, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ParquetAsync(string folder, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        Print(output, $"memory before DuckDB: {ResidentMiB():F0} MiB");
        _ = DuckDbDatabase.Shared;
        Print(output, $"DuckDB {DuckDbDatabase.Version}, library loaded and first instance opened: {clock.Elapsed.TotalMilliseconds:F0} ms, {ResidentMiB():F0} MiB, {Threads()} threads in the process");
        for (var i = 0; i < 3; i++)
        {
            clock.Restart();
            var another = new DuckDbDatabase();
            var opened = clock.Elapsed;
            another.Close();
            Print(output, $"another instance: {opened.TotalMilliseconds:F1} ms to open, {(clock.Elapsed - opened).TotalMilliseconds:F1} ms to close");
        }

        Print(output, $"{"kind",-8}{"rows",10}{"write ms",10}{"rows/s",10}{"CPU ms",10}{"bytes/row",11}{"read ms",10}{"rows/s",10}{"MiB",8}{"threads",9}");
        foreach (var (kind, rows) in new[]
        {
            (LabelFileKind.Chunk, 1), (LabelFileKind.Chunk, 2_000), (LabelFileKind.Chunk, 2_000), (LabelFileKind.Labels, 2_000), (LabelFileKind.Labels, 100_000),
            (LabelFileKind.Chunk, 100_000), (LabelFileKind.Labels, 1_000_000),
        })
        {
            var path = Path.Combine(folder, "figures.parquet");
            IEnumerable<LabelRow> source = BenchmarkRows.Make(rows);
            if (rows <= 2000)
            {
                source = source.ToArray();
            }

            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            clock.Restart();
            await LabelParquet.WriteAsync(source, BenchmarkRows.Metadata(kind), path, cancellationToken);
            var (write, writeCpu) = (clock.Elapsed, Process.GetCurrentProcess().TotalProcessorTime - cpu);
            clock.Restart();
            var read = LabelParquet.Read(path, cancellationToken).Count();
            var reading = clock.Elapsed;
            var bytes = new FileInfo(path).Length / (double)rows;
            Print(
                output,
                $"{kind,-8}{rows,10}{write.TotalMilliseconds,10:F0}{rows / write.TotalSeconds,10:F0}{writeCpu.TotalMilliseconds,10:F0}{bytes,11:F1}{reading.TotalMilliseconds,10:F0}{read / reading.TotalSeconds,10:F0}{ResidentMiB(),8:F0}{Threads(),9}");
        }
    }

    private static async Task StoresAsync(string folder, TextWriter output, CancellationToken cancellationToken)
    {
        const int Count = 300;
        foreach (var durability in new[] { LocalDurability.Process, LocalDurability.Power })
        {
            var store = new LocalObjectStore(Path.Combine(folder, durability.ToString()), durability);
            var times = new double[Count];
            for (var i = 0; i < Count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await store.CreateIfAbsentAsync($"done/{i}", new byte[1000], cancellationToken);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }

            Array.Sort(times);
            Print(output, $"create of 1,000 bytes, durability {durability}: median {times[Count / 2]:F2} ms, 95 % below {times[Count * 95 / 100]:F2} ms");
        }
    }

    private static double ResidentMiB() =>
        File.ReadLines("/proc/self/status").Where(l => l.StartsWith("VmRSS", StringComparison.Ordinal)).Select(l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Single() / 1024;

    private static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

    private static void Print(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
