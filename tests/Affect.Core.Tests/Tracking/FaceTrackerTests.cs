using Affect.Core.Labels;
using Affect.Core.Tracking;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Tracking;

public sealed class FaceTrackerTests
{
    public static TheoryData<double> Rates => [25, 12.5, 5];

    [Theory]
    [MemberData(nameof(Rates))]
    public void OneFace_IsOneTrack(double rate)
    {
        var rows = Scene.Track(Scene.Film(10, rate, 1, Person.At(300, 200, 80, look: 1, velocityX: 60, velocityY: -10)));
        Assert.Equal((0, 0), Scene.Score(rows));
        Assert.All(rows, row => Assert.Equal(0, row.Track));
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(25, false)]
    [InlineData(12.5, true)]
    [InlineData(5, true)]
    public void CrossingFaces_KeepTheirIds(double rate, bool hasLooks)
    {
        // They pass through each other at 3 s; the one behind is hidden for the time that they overlap by more than half.
        for (var seed = 1; seed <= 20; seed++)
        {
            var near = Person.At(100, 200, 90, hasLooks ? seed : 0, velocityX: 100);
            var far = Person.At(700, 205, 80, hasLooks ? 100 + seed : 0, velocityX: -100) with { IsSeen = t => Math.Abs(600 - (200 * t)) > 45 };
            var score = Scene.Score(Scene.Track(Scene.Film(6, rate, seed, near, far)));
            Assert.True(score == (0, 0), $"seed {seed}: {score} ");
        }
    }

    [Fact]
    public void CrossingFaces_WhereGreedyChoiceFails_AreAssignedTogether()
    {
        // Face 1 lies between both tracks and nearer to track 0's prediction than face 0 does; only one pairing leaves nobody out.
        var tracker = new FaceTracker(TrackerOptions.Default);
        Assert.Equal([0, 1], tracker.Next(0, [Box(100), Box(150)]));
        Assert.Equal([0, 1], tracker.Next(0.04, [Box(62), Box(112)]));
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 0)]
    [InlineData(1.5, 1)]
    public void Gap_IsBridgedUpToTheLimit(double gap, int switches)
    {
        var person = Person.At(300, 200, 80, look: 3, velocityX: 20) with { IsSeen = t => t < 2 || t >= 2 + gap };
        var rows = Scene.Track(Scene.Film(6, 25, 1, person));
        Assert.Equal((switches, 0), Scene.Score(rows));
        Assert.Contains(rows, row => row.Status == FrameStatus.NoFace && row.Track == -1);
    }

    [Fact]
    public void EnteringAndLeaving_NumbersTracksByFirstAppearance()
    {
        var first = Person.At(100, 200, 80, look: 1) with { IsSeen = t => t < 4 };
        var second = Person.At(400, 200, 80, look: 2) with { IsSeen = t => t is >= 1 and < 6 };
        var third = Person.At(100, 200, 80, look: 3) with { IsSeen = t => t >= 7 };
        var rows = Scene.Track(Scene.Film(10, 25, 1, first, second, third));
        Assert.Equal((0, 0), Scene.Score(rows));
        Assert.Equal([0, 1, 2], rows.Where(row => row.Track >= 0).Select(row => row.Track).Distinct());
    }

    [Fact]
    public void OneFrameTrack_KeepsItsId()
    {
        var rows = Scene.Track(Scene.Film(2, 25, 1, Person.At(100, 200, 80, look: 1), Person.At(500, 200, 60, look: 2) with { IsSeen = t => t is > 0.99 and < 1.01 }));
        Assert.Equal(1, rows.Count(row => row.Track == 1));
    }

    [Fact]
    public void Cut_ToAnotherPersonAtTheSamePlace_StartsANewTrack()
    {
        var broken = 0;
        for (var look = 1; look <= 200; look++)
        {
            var before = Person.At(300, 200, 80, look) with { IsSeen = t => t < 2 };
            var after = Person.At(300, 200, 80, 1000 + look) with { IsSeen = t => t >= 2 };
            var noise = new Random(look);
            var likeness = Thumbnail.Of(Scene.Look(look, noise))!.Correlation(Thumbnail.Of(Scene.Look(1000 + look, noise))!);
            if (likeness < 0.35)
            {
                broken++;
                Assert.Equal((0, 0), Scene.Score(Scene.Track(Scene.Film(4, 25, look, before, after))));
            }
        }

        Assert.True(broken >= 5, $"only {broken} pairs of people are unlike enough to test");
    }

    [Theory]
    [InlineData(25, 0)]
    [InlineData(12.5, 0)]
    [InlineData(2, 4)]
    public void SixPeople_WalkAbout_WithFewSwitches(double rate, int allowed)
    {
        var switches = 0;
        var faces = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            var people = Enumerable.Range(0, 6).Select(i => Wanderer(random, i + 1 + (100 * seed))).ToArray();
            var rows = Scene.Track(Scene.Film(20, rate, seed, people));
            var score = Scene.Score(rows);
            switches += score.Switches;
            faces += rows.Count(row => row.Status == FrameStatus.Face);
        }

        Assert.True(faces > 1000, "too few faces to say anything");
        Assert.True(switches <= allowed, $"{switches} switches in {faces} faces");
    }

    [Fact]
    public void OneFrameASecond_FollowsACalmFace()
    {
        var rows = Scene.Track(Scene.Film(60, 1, 1, Person.At(300, 200, 80, look: 1, velocityX: 5), Person.At(900, 200, 80, look: 2, velocityY: 3)));
        Assert.Equal((0, 0), Scene.Score(rows));
    }

    [Fact]
    public void Chunking_DoesNotChangeAnyId() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
        Gen.Choose(1, 10_000).ToArbitrary(), Gen.Choose(1, 30).NonEmptyListOf().ToArbitrary(), (seed, cuts) =>
        {
            var random = new Random(seed);
            var rows = Scene.Film(8, 10, seed, Wanderer(random, 1), Wanderer(random, 2), Wanderer(random, 3));
            var frames = rows.GroupBy(row => row.Frame).Select(frame => frame.ToList()).ToList();
            var tracker = new FaceTracker(TrackerOptions.Default);
            var inChunks = new List<LabelRow>();
            for (var i = 0; i < frames.Count;)
            {
                var chunk = frames.Skip(i).Take(cuts[i % cuts.Count]).ToList();
                inChunks.AddRange(chunk.SelectMany(tracker.Assign));
                i += chunk.Count;
            }

            Assert.Equal(Scene.Track(rows), inChunks);
            Assert.True(inChunks.Max(row => row.Track) >= 2);
        }));

    [Fact]
    public void FailedFrames_AreNotThere()
    {
        var rows = Scene.Film(4, 25, 1, Person.At(300, 200, 80, look: 1));
        rows[30] = rows[30] with { Status = FrameStatus.Failed };
        var tracked = Scene.Track(rows);
        Assert.Equal(-1, tracked[30].Track);
        Assert.Equal([0, -1], tracked.Select(row => row.Track).Distinct());
    }

    [Fact]
    public void OldTracks_AreForgotten()
    {
        var tracker = new FaceTracker(TrackerOptions.Default);
        for (var i = 0; i < 10_000; i++)
        {
            tracker.Next(i * 0.04, i % 50 == 0 ? [Box(10_000 * (i % 500))] : []);
            Assert.InRange(tracker.ActiveTracks, 0, 2);
        }
    }

    [Fact]
    public void FramesOutOfOrder_AreRefused()
    {
        var tracker = new FaceTracker(TrackerOptions.Default);
        tracker.Next(1, []);
        Assert.Throws<ArgumentException>(() => tracker.Next(1, []));
        Assert.Throws<ArgumentException>(() => new FaceTracker(new TrackerOptions(MaxCost: 2)));
    }

    /// <summary>Drifts on two sine waves in a region of its own, meeting the neighbours' regions; is not detected now and then.</summary>
    private static Person Wanderer(Random random, int look)
    {
        var (a, b, c, d) = (random.NextDouble() * Math.Tau, random.NextDouble() * Math.Tau, random.NextDouble(), random.NextDouble());
        var place = random.Next(6);
        return new Person(
            t => 200 + (150 * place) + (60 * Math.Sin((0.5 * t) + a)) + (200 * c),
            t => 250 + (80 * Math.Sin((0.4 * t) + b)) + (300 * d),
            t => 70 + (10 * Math.Sin((0.3 * t) + a)),
            t => Math.Sin((7 * t) + b) < 0.98,
            look);
    }

    private static FaceObservation Box(double x) => new(x, 100, 80, 80, default);
}
