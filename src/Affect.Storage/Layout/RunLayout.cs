using System.Globalization;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Storage.Objects;

namespace Affect.Storage.Layout;

/// <summary>
/// Every object name of a workspace and of a run. Nothing else builds one. Must agree with docs/formats/tree.md (a test compares them).
/// </summary>
public sealed class RunLayout
{
    /// <summary>Prefix of all runs.</summary>
    public const string RunsPrefix = "runs/";

    /// <summary>Prefix of all jobs of a server.</summary>
    public const string JobsPrefix = "jobs/";

    private const string PartStart = "part-";

    /// <param name="runId">The run's id; letters, digits and '-' only.</param>
    public RunLayout(string runId)
    {
        if (!IsName(runId))
        {
            throw new ArgumentException($"'{runId}' is no run id: 1 to 64 letters, digits and '-'.", nameof(runId));
        }

        RunId = runId;
        Root = $"{RunsPrefix}{runId}/";
    }

    /// <summary>Whether a folder of this name can be a run's.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    public string RunId { get; }

    /// <summary>Prefix of the run, with '/' at its end.</summary>
    public string Root { get; }

    /// <summary>The run's configuration and identity: written first, once.</summary>
    public string Run => Root + "run.json";

    /// <summary>The corpus: one entry a line. Written once.</summary>
    public string Manifest => Root + "manifest.jsonl";

    /// <summary>What probing found of each entry: one a line, in the manifest's order. Written once.</summary>
    public string Videos => Root + "videos.jsonl";

    /// <summary>The chunks: one a line, in plan order. Written once.</summary>
    public string Plan => Root + "plan.jsonl";

    /// <summary>Which other runs of the workspace have labelled videos of this one before, for its workers.</summary>
    public string Earlier => Root + "earlier.json";

    /// <summary>Prefix of the chunk files.</summary>
    public string ChunksPrefix => Root + "chunks/";

    /// <summary>Prefix of the completion markers.</summary>
    public string DonePrefix => Root + "done/";

    /// <summary>Prefix of the failure records.</summary>
    public string FailedPrefix => Root + "failed/";

    /// <summary>Prefix of the records of chunks in hand.</summary>
    public string BegunPrefix => Root + "begun/";

    /// <summary>Prefix of the final labels.</summary>
    public string LabelsPrefix => Root + "labels/";

    /// <summary>Which chunk attempts the final labels were made of.</summary>
    public string Finalised => Root + "finalised.json";

    /// <summary>The report's numbers.</summary>
    public string ReportJson => Root + "report.json";

    /// <summary>The report for people, one offline file.</summary>
    public string ReportHtml => Root + "report.html";

    /// <summary>Every failed video and chunk with its reason: one a line.</summary>
    public string Failures => Root + "failures.jsonl";

    /// <summary>
    /// Frame index of a video by its content identity (<c>sha256:hex</c> or <c>sampled-sha256:hex</c>), shared by all runs of the
    /// workspace.
    /// </summary>
    public static string Index(string content) => $"index/{ObjectNames.Escape(content.Replace(':', '-'))}.idx";

    /// <summary>A submission to a server and what became of it; replaced at each change.</summary>
    public static string Job(JobId job) => $"{JobsPrefix}{job}.json";

    /// <summary>Prefixes that together hold the completion markers of some successive chunks once each, and of at most ten times as many others.</summary>
    public IReadOnlyList<string> DonePrefixesOf(ChunkId first, ChunkId last) => [.. ChunkPrefixes.Between(first, last).Select(prefix => DonePrefix + prefix)];

    /// <summary>The same of the failure records.</summary>
    public IReadOnlyList<string> FailedPrefixesOf(ChunkId first, ChunkId last) => [.. ChunkPrefixes.Between(first, last).Select(prefix => FailedPrefix + prefix)];

    /// <summary>Rows of one attempt at a chunk; written before its marker.</summary>
    public string Chunk(LeaseToken attempt) => $"{ChunksPrefix}{attempt}.parquet";

    /// <summary>Says that the chunk is complete and which attempt won: created if absent, last.</summary>
    public string Done(ChunkId chunk) => $"{DonePrefix}{chunk}.json";

    /// <summary>Why an attempt at a chunk failed.</summary>
    public string Failed(LeaseToken attempt) => $"{FailedPrefix}{attempt}.json";

    /// <summary>A process has this chunk in hand, or died over it.</summary>
    public string Begun(LeaseToken attempt) => $"{BegunPrefix}{attempt}.json";

    /// <summary>A failure that a later call was told to try again: on record, but no longer counted.</summary>
    public string Retired(LeaseToken attempt) => $"{Root}retired/{attempt}.json";

    /// <summary>Final labels of one large video.</summary>
    public string VideoLabels(string videoId)
    {
        var name = ObjectNames.Escape(videoId);

        // A video called part-00000 must not take the name of the part.
        return $"{LabelsPrefix}{(name.StartsWith(PartStart, StringComparison.Ordinal) ? $"~70{name[1..]}" : name)}.parquet";
    }

    /// <summary>Final labels of several small videos.</summary>
    public string LabelsPart(int part) => string.Create(CultureInfo.InvariantCulture, $"{LabelsPrefix}{PartStart}{part:D5}.parquet");

    /// <summary>Reads chunk and attempt back from a name of <see cref="Chunk"/> or <see cref="Failed"/>.</summary>
    public static bool TryParseAttempt(string name, out LeaseToken attempt)
    {
        attempt = default;
        var file = name[(name.LastIndexOf('/') + 1)..];
        var dot = file.LastIndexOf('.');
        return dot > 0 && file[dot..] is ".parquet" or ".json" && LeaseToken.TryParse(file[..dot], out attempt);
    }

    /// <summary>Reads the chunk back from a name of <see cref="Done"/>.</summary>
    public static bool TryParseDone(string name, out ChunkId chunk)
    {
        chunk = default;
        return name[(name.LastIndexOf('/') + 1)..].Split('.') is [var id, "json"] && ChunkId.TryParse(id, out chunk);
    }
}
