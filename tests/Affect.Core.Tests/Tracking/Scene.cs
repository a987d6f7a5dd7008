using Affect.Core.Labels;
using Affect.Core.Tracking;

namespace Affect.Core.Tests.Tracking;

/// <summary>One person of a synthetic scene.</summary>
/// <param name="X">Centre by time, in pixels.</param>
/// <param name="Y">Centre by time, in pixels.</param>
/// <param name="Size">Face size by time, in pixels.</param>
/// <param name="IsSeen">Whether the detector finds the face at that time.</param>
/// <param name="Look">Seed of the person's looks; 0 for none.</param>
internal sealed record Person(Func<double, double> X, Func<double, double> Y, Func<double, double> Size, Func<double, bool> IsSeen, int Look)
{
    public static Person At(double x, double y, double size, int look, double velocityX = 0, double velocityY = 0) =>
        new(t => x + (velocityX * t), t => y + (velocityY * t), _ => size, _ => true, look);
}

/// <summary>
/// Rows as the chunk worker writes them, from people that move: boxes that jitter by 2 % of their size, thumbnails with noise, faces in a random order within a
/// frame. The person is kept in <see cref="LabelRow.Reason"/>, which the tracker does not look at.
/// </summary>
internal static class Scene
{
    private const double JitterShare = 0.02;
    private const double NoiseLevels = 6;

    public static List<LabelRow> Film(double seconds, double framesPerSecond, int seed, params Person[] people)
    {
        var random = new Random(seed);
        var rows = new List<LabelRow>();
        for (var frame = 0; frame < seconds * framesPerSecond; frame++)
        {
            var time = frame / framesPerSecond;
            var seen = people.Index().Where(person => person.Item.IsSeen(time)).ToArray();
            random.Shuffle(seen);
            if (seen.Length == 0)
            {
                rows.Add(Row(frame, time) with { Status = FrameStatus.NoFace });
            }

            rows.AddRange(seen.Select((person, face) => Face(random, frame, time, face, person.Index, person.Item)));
        }

        return rows;
    }

    /// <summary>How often a person's track id changed, and how many ids were given to more than one person.</summary>
    public static (int Switches, int SharedIds) Score(IReadOnlyList<LabelRow> tracked)
    {
        var switches = tracked.Where(row => row.Status == FrameStatus.Face).GroupBy(row => row.Reason)
            .Sum(person => person.Zip(person.Skip(1)).Count(pair => pair.First.Track != pair.Second.Track));
        var shared = tracked.Where(row => row.Status == FrameStatus.Face).GroupBy(row => row.Track).Count(track => track.Select(row => row.Reason).Distinct().Count() > 1);
        return (switches, shared);
    }

    public static List<LabelRow> Track(IEnumerable<LabelRow> rows) => [.. FaceTracker.Assign(rows, TrackerOptions.Default)];

    /// <summary>A plausible face at 8x8: a smooth pattern that most faces share, and as much again that is the person's own.</summary>
    public static byte[] Look(int person, Random noise)
    {
        if (person == 0)
        {
            return [];
        }

        var own = new Random(person);
        double[] phases = [.. Enumerable.Range(0, 12).Select(_ => own.NextDouble() * Math.Tau)];
        var pixels = new byte[64];
        for (var i = 0; i < 64; i++)
        {
            var x = (i % 8 / 8.0) + (1 / 16.0);
            var y = (i / 8 / 8.0) + (1 / 16.0);
            var common = Math.Cos(Math.Tau * (x - 0.5)) * Math.Sin(Math.PI * y);
            var personal = 0.0;
            for (var k = 0; k < 4; k++)
            {
                personal += Math.Sin((Math.Tau * (1 + (k / 2)) * (k % 2 == 0 ? x : y)) + phases[k]) * Math.Cos((Math.PI * k * y) + phases[k + 4]);
            }

            pixels[i] = (byte)Math.Clamp(128 + (35 * common) + (35 * personal) + (NoiseLevels * Normal(noise)), 0, 255);
        }

        return pixels;
    }

    private static LabelRow Face(Random random, int frame, double time, int face, int person, Person p)
    {
        var size = p.Size(time) * (1 + (JitterShare * Normal(random)));
        var x = p.X(time) + (JitterShare * size * Normal(random));
        var y = p.Y(time) + (JitterShare * size * Normal(random));
        return Row(frame, time) with
        {
            Status = FrameStatus.Face,
            Reason = $"person {person}",
            Face = face,
            BoxX = (float)(x - (size * 0.4)),
            BoxY = (float)(y - (size * 0.5)),
            BoxWidth = (float)(size * 0.8),
            BoxHeight = (float)size,
            Appearance = Look(p.Look, random),
        };
    }

    private static LabelRow Row(int frame, double time) => new()
    {
        Video = "scene", Frame = frame, Pts = frame, TimeSeconds = time, Status = FrameStatus.NoFace, Chunk = "", Model = "",
    };

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
