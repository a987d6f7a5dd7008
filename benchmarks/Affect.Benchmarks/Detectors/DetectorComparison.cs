using System.Globalization;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>
/// Detectors on clips whose number of faces is known: frames whose faces were missed, frames with a false hit, and the CPU time a frame. All go through the project's own
/// sampling, decoding and suppression, each with the thresholds of its model.json.
/// </summary>
internal static class DetectorComparison
{
    private const double FramesPerSecond = 2;

    /// <summary>
    /// Arguments: a CSV of clips (<c>path,faces</c> or <c>path,faces,from_s,to_s</c>, a line an interval; relative paths count from the CSV), then folders of detectors. Frames of
    /// a clip outside of its intervals are not counted.
    /// </summary>
    public static int Run(string[] args, TextWriter output)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("usage: detectors CLIPS.csv DETECTOR_FOLDER...");
            return 64;
        }

        var intervals = ReadIntervals(args[0]);
        var detectors = args[1..].Select(folder => new TimedDetector(folder)).ToList();
        try
        {
            var lanes = detectors.ConvertAll(detector => new Tally(detector));
            foreach (var clip in intervals.GroupBy(i => i.Path, StringComparer.Ordinal))
            {
                foreach (var (time, image) in ClipFrames.Read(clip.Key, FramesPerSecond))
                {
                    if (clip.FirstOrDefault(i => time >= i.From && time < i.To) is { } interval)
                    {
                        lanes.ForEach(lane => lane.Look(image, interval.Faces, $"{Path.GetFileName(clip.Key)} {time:F1} s"));
                    }
                }
            }

            Print(output, lanes);
            return 0;
        }
        finally
        {
            detectors.ForEach(detector => detector.Dispose());
        }
    }

    private static void Print(TextWriter output, List<Tally> lanes)
    {
        var first = lanes[0];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{first.Frames} frames at {FramesPerSecond} a second, {first.WithFaces} with faces, {first.Frames - first.WithFaces} without; {Environment.ProcessorCount} processors, one thread"));
        output.WriteLine("| detector | CPU ms a frame (median) | frames with a face missed | frames with a false hit |\n|---|---|---|---|");
        foreach (var lane in lanes)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {lane.Name} | {lane.MedianMilliseconds:F1} | {lane.Missed.Count} | {lane.False.Count} |"));
        }

        foreach (var lane in lanes.Where(lane => lane.Missed.Count + lane.False.Count > 0))
        {
            output.WriteLine($"{lane.Name}: missed {string.Join(", ", lane.Missed.DefaultIfEmpty("none"))}; false {string.Join(", ", lane.False.DefaultIfEmpty("none"))}");
        }
    }

    private static List<Interval> ReadIntervals(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var lines = File.ReadAllLines(file).Select(line => line.Split(',', StringSplitOptions.TrimEntries)).Where(fields => fields is [{ Length: > 0 }, not "faces", ..]);
        return [.. lines.Select(fields => new Interval(
            Path.Combine(folder, fields[0]), int.Parse(fields[1], CultureInfo.InvariantCulture), Seconds(fields, 2, 0), Seconds(fields, 3, double.PositiveInfinity)))];
    }

    private static double Seconds(string[] fields, int index, double otherwise) =>
        fields.Length > index && fields[index].Length > 0 ? double.Parse(fields[index], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>A part of a clip in which every frame shows this many faces.</summary>
    private sealed record Interval(string Path, int Faces, double From, double To);

    /// <summary>What one detector made of the frames.</summary>
    private sealed class Tally(TimedDetector detector)
    {
        private readonly List<double> _milliseconds = [];

        public string Name => detector.Name;

        public int Frames => _milliseconds.Count;

        public int WithFaces { get; private set; }

        public List<string> Missed { get; } = [];

        public List<string> False { get; } = [];

        public double MedianMilliseconds => TimedDetector.Median(_milliseconds);

        public void Look(in PlanarImage image, int faces, string where)
        {
            var found = detector.Detect(image, out var milliseconds).Count;
            _milliseconds.Add(milliseconds);
            WithFaces += faces > 0 ? 1 : 0;
            if (found < faces)
            {
                Missed.Add(where);
            }
            else if (found > faces)
            {
                False.Add(where);
            }
        }
    }
}
