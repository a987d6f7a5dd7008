using System.Globalization;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Verification;

/// <summary>What holds in every run without decoding anything: the plan covers the corpus, markers and chunk files agree, labels are the chunk rows with tracks.</summary>
internal sealed class StructureCheck(RunStore store, RunDefinition run, IVideoLibrary videos, string scratchFolder, TimeProvider time, Findings findings)
{
    private static readonly RowComparer Exact = new(0);

    /// <summary>Every frame of every readable video is in one chunk of the plan.</summary>
    public void CheckPlan()
    {
        var chunks = run.Plan.ToLookup(c => c.Id.Video);
        for (var v = 0; v < run.Videos.Count; v++)
        {
            var video = run.Videos[v];
            var next = 0L;
            foreach (var chunk in chunks[v])
            {
                if (chunk.FirstFrame != next || chunk.VideoId != video.Id)
                {
                    findings.Add("plan", video.Id, chunk.Id.ToString(), chunk.FirstFrame, string.Create(
                        CultureInfo.InvariantCulture, $"the chunk of {chunk.VideoId} starts at frame {chunk.FirstFrame}, should be {video.Id} at {next}"));
                }

                next = chunk.FirstFrame + chunk.FrameCount;
            }

            if (next != video.Frames)
            {
                findings.Add("plan", video.Id, null, null, string.Create(CultureInfo.InvariantCulture, $"the chunks end at frame {next} of {video.Frames}"));
            }
        }
    }

    /// <summary>A done chunk's file: rows in order, exactly the selected frames, the counts of the marker.</summary>
    /// <returns>Rows read.</returns>
    public async Task<long> CheckChunkAsync(ChunkSpec chunk, DoneMarker done, CancellationToken cancellationToken)
    {
        void Wrong(long? frame, string message) => findings.Add("chunk", chunk.VideoId, chunk.Id.ToString(), frame, message);
        var count = 0L;
        try
        {
            var indexed = await videos.IndexAsync(chunk.Id.Video, cancellationToken).ConfigureAwait(false);
            var name = store.Layout.Chunk(done.Token);
            using var file = await store.Objects.OpenLocalAsync(name, scratchFolder, cancellationToken).ConfigureAwait(false);
            CheckMetadata(LabelParquet.ReadMetadata(file.Path), LabelFileKind.Chunk, name);
            using var expected = FrameSelector.Select(indexed.Frames, indexed.Info.TimeBase, run.Record.Configuration.Sampling).RanksIn(chunk).GetEnumerator();
            var (labelled, noFace, failed, faces) = (0L, 0L, 0L, 0L);
            LabelRow? previous = null;
            foreach (var row in LabelParquet.Read(file.Path, cancellationToken))
            {
                count++;
                var sameFrame = previous is not null && previous.Frame == row.Frame;
                if (sameFrame ? row.Status != FrameStatus.Face || row.Face != previous!.Face + 1 : row.Status == FrameStatus.Face && row.Face != 0)
                {
                    Wrong(row.Frame, $"face {row.Face} follows face {previous?.Face ?? -1}");
                }

                if (!sameFrame && (!expected.MoveNext() || expected.Current != row.Frame))
                {
                    Wrong(row.Frame, "the file's frames are not those that were selected");
                    return count;
                }

                if (row.Video != chunk.VideoId || row.Chunk != chunk.Id.ToString() || row.Model != run.Record.Configuration.ModelKey)
                {
                    Wrong(row.Frame, $"the row belongs to {row.Video} {row.Chunk}, model {row.Model}");
                }
                else if (row.Pts != indexed.Frames.Pts[(int)row.Frame])
                {
                    Wrong(row.Frame, string.Create(CultureInfo.InvariantCulture, $"pts is {row.Pts}, the video has {indexed.Frames.Pts[(int)row.Frame]}"));
                }

                faces += row.Status == FrameStatus.Face ? 1 : 0;
                labelled += row.Status == FrameStatus.Face && !sameFrame ? 1 : 0;
                noFace += row.Status == FrameStatus.NoFace ? 1 : 0;
                failed += row.Status == FrameStatus.Failed ? 1 : 0;
                previous = row;
            }

            if (expected.MoveNext())
            {
                Wrong(expected.Current, "the frame has no row");
            }

            var counted = new FrameCounts(chunk.FrameCount, labelled, noFace, chunk.FrameCount - labelled - noFace - failed, failed, faces);
            if (counted != done.Counts || count != done.Rows)
            {
                findings.Add("marker", chunk.VideoId, chunk.Id.ToString(), null, $"the marker says {done.Rows} rows, {done.Counts}; the file holds {count}, {counted}");
            }
        }
        catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException or FileNotFoundException)
        {
            Wrong(null, e.Message);
        }

        return count;
    }

    /// <summary>The final labels are the chunk rows with the tracks (and the smoothing) that the configuration gives.</summary>
    /// <returns>Rows read.</returns>
    public async Task<long> CheckLabelsAsync(
        DoneMarkers done, IReadOnlyDictionary<ChunkId, string> lost, CancellationToken cancellationToken)
    {
        var source = new RunRows(store, run, videos, scratchFolder);
        var progress = new RunProgress(time);
        var rows = 0L;
        foreach (var file in source.Files(done))
        {
            var name = source.NameOf(file);
            var parts = new List<VideoRows>();
            try
            {
                foreach (var video in file.Videos)
                {
                    parts.Add(await source.OpenAsync(video, done, lost, cancellationToken).ConfigureAwait(false));
                }

                using var labels = await store.Objects.OpenLocalAsync(name, scratchFolder, cancellationToken).ConfigureAwait(false);
                CheckMetadata(LabelParquet.ReadMetadata(labels.Path), LabelFileKind.Labels, name);
                rows += CompareRows(
                    name, parts.SelectMany(p => p.Read(run.Record.Configuration, progress, cancellationToken)), LabelParquet.Read(labels.Path, cancellationToken));
            }
            catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException or FileNotFoundException)
            {
                findings.Add("labels", null, null, null, $"{name}: {e.Message}");
            }
            finally
            {
                parts.ForEach(p => p.Dispose());
            }
        }

        return rows;
    }

    private long CompareRows(string name, IEnumerable<LabelRow> expected, IEnumerable<LabelRow> actual)
    {
        using var right = expected.GetEnumerator();
        var rows = 0L;
        foreach (var row in actual)
        {
            rows++;
            if (!right.MoveNext())
            {
                findings.Add("labels", row.Video, row.Chunk, row.Frame, $"{name} has rows that no chunk has");
                return rows;
            }

            if (Exact.Difference(right.Current, row, withTrack: true, withAppearance: false) is { } difference)
            {
                findings.Add("labels", row.Video, row.Chunk, row.Frame, $"{name}: {difference}");
            }
        }

        if (right.MoveNext())
        {
            findings.Add("labels", right.Current.Video, right.Current.Chunk, right.Current.Frame, $"{name} ends before this row");
        }

        return rows;
    }

    private void CheckMetadata(LabelFileMetadata metadata, LabelFileKind kind, string name)
    {
        var configuration = run.Record.Configuration;
        if (metadata.Kind != kind || metadata.RunId != run.Record.Id.ToString() || metadata.ModelHash != configuration.ModelKey ||
            metadata.DetectorHash != configuration.Detector.Model.Sha256)
        {
            findings.Add(kind == LabelFileKind.Chunk ? "chunk" : "labels", null, null, null, $"{name} says it is of {metadata}");
        }
    }
}
