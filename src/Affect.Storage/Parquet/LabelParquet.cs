using System.Runtime.InteropServices;
using Affect.Core.Labels;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>
/// Label rows as Parquet files on the local disk: zstd, row groups of <see cref="RowGroupRows"/>, columns of <see cref="LabelTable"/>.
/// A file appears under its name when it is complete, never before. The same rows and metadata give the same bytes.
/// Memory does not grow with the number of rows. Thread-safe.
/// </summary>
public static class LabelParquet
{
    /// <summary>Rows in a row group: 26 minutes of one face at 25 frames/s, about 5 MB before compression.</summary>
    public const int RowGroupRows = 40 * 1024;

    /// <summary>Writes a file, replacing one of the same name. Rows must be ordered by frame, then face; the rows of a video lie
    /// together.</summary>
    /// <returns>The number of rows written.</returns>
    /// <exception cref="ArgumentException">The rows are out of order.</exception>
    /// <exception cref="DuckDbException">The file could not be written; nothing is left behind.</exception>
    public static Task<long> WriteAsync(
        IEnumerable<LabelRow> rows, LabelFileMetadata metadata, string path, CancellationToken cancellationToken) =>
        Task.Run(() => WriteAll(rows, metadata, path, cancellationToken), cancellationToken);

    /// <summary>The same, one file after the other on a thread that does nothing else: while chunks are labelled, where memory counts and writing is a small part.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public static Task<long> WriteInTurnAsync(
        IEnumerable<LabelRow> rows, LabelFileMetadata metadata, string path, CancellationToken cancellationToken) =>
        WriterThread.RunAsync(() => WriteAll(rows, metadata, path, cancellationToken), cancellationToken);

    /// <summary>
    /// The rows of a file, in file order, read as they are asked for. Every column of the final labels must be there and of its type;
    /// columns of chunk files may be absent.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged or not a label file.</exception>
    public static IEnumerable<LabelRow> Read(string path, CancellationToken cancellationToken)
    {
        var metadata = ReadMetadata(path);
        using var rows = ParquetQuery.Open([path], metadata.Columns.Select(c => c.Name), filter: null);
        CheckTypes(metadata.Columns, rows, path);
        var builders = new List<LabelRowBuilder>();
        while (ParquetQuery.Next(rows, path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A file of a short video has a few rows, and a run may have many such files.
            while (builders.Count < rows.Count)
            {
                builders.Add(new LabelRowBuilder());
            }

            var batch = CollectionsMarshal.AsSpan(builders)[..rows.Count];
            for (var c = 0; c < metadata.Columns.Count; c++)
            {
                metadata.Columns[c].Read(rows.Column(c), batch);
            }

            var count = rows.Count;
            for (var i = 0; i < count; i++)
            {
                yield return builders[i].Build();
                builders[i].Clear();
            }
        }
    }

    /// <summary>What the file says about itself.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or not a label file.</exception>
    public static LabelFileMetadata ReadMetadata(string path) => LabelFileMetadata.FromPairs(ParquetQuery.ReadKeyValues(path), path);

    /// <summary>Writes a row into a file of a folder and reads it back: what is wrong with the library or the folder shows before there is work to lose.</summary>
    /// <exception cref="IOException">It does not work.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="InvalidDataException">What is read is not what was written.</exception>
    public static async Task TryOutAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"trial-{Guid.NewGuid():N}.parquet");
        var row = new LabelRow { Video = "trial", Frame = 0, Pts = 0, TimeSeconds = 0, Status = FrameStatus.NoFace, Chunk = "trial", Model = "trial" };
        try
        {
            await WriteInTurnAsync([row], new LabelFileMetadata(LabelFileKind.Labels, "trial", "trial", "trial", "0"), path, cancellationToken).ConfigureAwait(false);
            if (Read(path, cancellationToken).Single() is not { Video: "trial", Status: FrameStatus.NoFace })
            {
                throw new InvalidDataException($"{path}: reads something else than was written.");
            }
        }
        finally
        {
            DeleteIfThere(path);
        }
    }

    internal static long Write(IEnumerator<LabelRow> rows, LabelFileMetadata metadata, string path, CancellationToken cancellationToken)
    {
        var source = new LabelRowSource(metadata.Columns, rows, cancellationToken);
        var temporary = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var registration = RowSourceFunction.Add(source))
            {
                try
                {
                    DuckDbDatabase.Shared.Execute(CopyStatement(registration.Sql, metadata, temporary), cancellationToken);
                }
                catch (DuckDbException) when (registration.Error is not null)
                {
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(registration.Error);
                }
                catch (DuckDbException e)
                {
                    throw new DuckDbException($"{path} could not be written: {e.Message}", e);
                }
            }

            File.Move(temporary, path, overwrite: true);
            return source.RowCount;
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    private static long WriteAll(IEnumerable<LabelRow> rows, LabelFileMetadata metadata, string path, CancellationToken cancellationToken)
    {
        using var enumerator = rows.GetEnumerator();
        return Write(enumerator, metadata, path, cancellationToken);
    }

    private static void DeleteIfThere(string path)
    {
        // File.Delete takes a missing file for done, a missing folder for an error.
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    private static string CopyStatement(string source, LabelFileMetadata metadata, string path)
    {
        var pairs = string.Join(", ", metadata.ToPairs().Select(p => $"{DuckDbDatabase.Quote(p.Key)}: {DuckDbDatabase.Quote(p.Value)}"));
        return $"COPY (SELECT * FROM {source}) TO {DuckDbDatabase.Quote(path)} (FORMAT parquet, COMPRESSION zstd, " +
            $"ROW_GROUP_SIZE {RowGroupRows}, USE_TMP_FILE false, KV_METADATA {{{pairs}}})";
    }

    private static void CheckTypes(IReadOnlyList<LabelColumn> columns, DuckDbRows rows, string path)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (rows.Types[i] != columns[i].DuckDbType)
            {
                throw new InvalidDataException($"{path}: column {columns[i].Name} has type {rows.Types[i]}, not {columns[i].DuckDbType}.");
            }
        }
    }
}
