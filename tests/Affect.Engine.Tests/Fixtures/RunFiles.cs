using Affect.Core.Runs;
using Affect.Storage.Parquet;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>What must be the same however a run was carried out.</summary>
internal static class RunFiles
{
    /// <summary>All rows of the final labels, as text, without what names the attempt.</summary>
    public static IReadOnlyList<string> Rows(StoredRun run) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(run.Folder, run.Store.Layout.LabelsPrefix), "*.parquet").Order(StringComparer.Ordinal)
            .SelectMany(file => LabelParquet.Read(file, default)).Select(Text),
    ];

    /// <summary>Each chunk of the plan has one marker, whose file is there, and no other file of the chunk is left.</summary>
    public static async Task AssertCommittedOnceAsync(StoredRun run)
    {
        var done = new List<DoneRecord>();
        await foreach (var record in run.Store.DoneAsync(default))
        {
            done.Add(record);
        }

        Assert.Equal(run.Run.Plan.Select(c => c.Id), done.Select(d => d.Chunk).Order());
        var files = Directory.EnumerateFiles(Path.Combine(run.Folder, run.Store.Layout.ChunksPrefix)).Select(f => $"chunks/{Path.GetFileName(f)}").Order(StringComparer.Ordinal);
        Assert.Equal(done.Select(d => d.ObjectName).Order(StringComparer.Ordinal), files);
        Assert.Equal(run.Run.Record.Totals.Frames, done.Sum(d => d.Frames.Counts.Frames));
    }

    private static string Text(Core.Labels.LabelRow row) => string.Join('|', typeof(Core.Labels.LabelRow).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)
        .Select(p => $"{p.Name}={Value(p.GetValue(row))}"));

    private static string Value(object? value) => value is System.Collections.IEnumerable many and not string ? string.Join(',', many.Cast<object>()) : $"{value}";
}
