using System.Globalization;

namespace Affect.Benchmarks.Detectors;

/// <summary>
/// Detectors on pictures made of the sample clips, whose faces are known: small, turned, cut off, many, dark, blurred and compressed ones. All go through the project's own sampling,
/// decoding and suppression, each with the thresholds of its model.json.
/// </summary>
internal static class SyntheticComparison
{
    /// <summary>Pictures of a kind that are written to be looked at.</summary>
    private const int PicturesToLookAt = 4;

    /// <summary>
    /// Arguments: a CSV of faces and backgrounds (<see cref="SyntheticSource.Read"/>), then folders of detectors. <c>--count</c>: pictures a row; <c>--iou</c>: from which overlap on a
    /// face counts as found; <c>--pictures</c>: a folder for the first pictures of every row, with the true boxes drawn in.
    /// </summary>
    public static int Run(string[] args, TextWriter output)
    {
        if (Options.Parse(args) is not { } options)
        {
            Console.Error.WriteLine("usage: detectors-synthetic SOURCES.csv DETECTOR_FOLDER... [--count PICTURES] [--iou LEAST] [--pictures FOLDER]");
            return 64;
        }

        var source = SyntheticSource.Read(options.Source);
        var detectors = options.Detectors.ConvertAll(folder => new TimedDetector(folder));
        try
        {
            Compare(source, detectors, options, output);
            return 0;
        }
        finally
        {
            detectors.ForEach(detector => detector.Dispose());
        }
    }

    private static void Compare(SyntheticSource source, List<TimedDetector> detectors, Options options, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Count} pictures a row (a quarter of that with several faces); a face counts as found from an IoU of {options.LeastOverlap:0.##} on; {Environment.ProcessorCount} processors, one thread"));
        output.WriteLine("per cent of the faces found / false hits a frame / CPU ms a frame (median)\n");
        output.WriteLine($"| pictures | faces | {string.Join(" | ", detectors.Select(d => d.Name))} |\n|---|---|{string.Concat(detectors.Select(_ => "---|"))}");
        var overlaps = detectors.ConvertAll(_ => new List<double>());
        foreach (var kind in PictureKind.All())
        {
            var tallies = detectors.ConvertAll(_ => new SyntheticTally());
            var faces = 0;
            for (var number = 0; number < (kind.FaceHeightsPixels.Length > 1 ? (options.Count + 3) / 4 : options.Count); number++)
            {
                var picture = SyntheticPicture.Make(source, kind, number);
                faces += picture.Faces.Count;
                foreach (var (detector, tally) in detectors.Zip(tallies))
                {
                    tally.Add(picture, detector.Detect(picture.Image, out var milliseconds), options.LeastOverlap, milliseconds);
                }

                if (options.Pictures is { } folder && number < PicturesToLookAt)
                {
                    PictureFile.Write(Path.Combine(folder, $"{string.Concat(kind.Name.Where(c => c == ' ' || char.IsAsciiLetterOrDigit(c))).Replace(' ', '-')}-{number}.png"), picture);
                }
            }

            output.WriteLine($"| {kind.Name} | {faces} | {string.Join(" | ", tallies)} |");
            foreach (var (all, tally) in overlaps.Zip(tallies))
            {
                all.AddRange(tally.Overlaps);
            }
        }

        output.WriteLine($"| median IoU of what was found | | {string.Join(" | ", overlaps.Select(all => TimedDetector.Median(all).ToString("F2", CultureInfo.InvariantCulture)))} |");
    }

    private sealed record Options(string Source, List<string> Detectors)
    {
        public int Count { get; private init; } = 96;

        public float LeastOverlap { get; private init; } = 0.5f;

        public string? Pictures { get; private init; }

        /// <summary>Null for arguments that make no sense.</summary>
        public static Options? Parse(string[] args)
        {
            var plain = args.TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)).ToList();
            var options = plain.Count < 2 ? null : new Options(plain[0], plain[1..]);
            foreach (var pair in args.Skip(plain.Count).Chunk(2).TakeWhile(_ => options is not null))
            {
                options = pair switch
                {
                    ["--count", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count > 0 => options! with { Count = count },
                    ["--iou", var text] when float.TryParse(text, CultureInfo.InvariantCulture, out var overlap) && overlap is > 0 and < 1 => options! with { LeastOverlap = overlap },
                    ["--pictures", var folder] => options! with { Pictures = folder },
                    _ => null,
                };
            }

            return options;
        }
    }
}
