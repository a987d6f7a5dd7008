using Affect.Storage.Objects;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Storage.Tests.Objects;

public sealed class ObjectNamesTests
{
    // Pieces that come near one another's escapes, so that a wrong escape would meet.
    private static readonly string[] Pieces =
        ["/", "~", "~~", "~2F", "~h", "~e", "~u", "h", "2F", ".", "..", "a", "B", "-", "_", " ", "%", "%2F", "ü", "日", "😀", "\ud800", "\udc00", "\0", "e", new('x', 90), new('ü', 40)];

    private static Gen<string> Ids => Gen.OneOf(
        Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)),
        ArbMap.Default.GeneratorFor<string?>().Select(s => s ?? string.Empty));

    [Fact]
    public void Escape_IsInjectiveShortAndASafeSegment()
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var (shortened, escaped) = (0, 0);
        Prop.ForAll(Ids.ToArbitrary(), id =>
        {
            var name = ObjectNames.Escape(id);
            Assert.InRange(name.Length, 1, ObjectNames.MaxEscapedBytes);
            Assert.All(name, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '~', name));
            Assert.False(name.StartsWith('.') || name.EndsWith('.'), name);
            ObjectNames.Validate(name);
            Assert.Equal(name, ObjectNames.Escape(id));
            Assert.Equal(id, seen.GetValueOrDefault(name, id));
            seen[name] = id;
            shortened += name.Contains("~h", StringComparison.Ordinal) && id.Length > 60 ? 1 : 0;
            escaped += name != id ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithEndSize(30));
        Assert.True(shortened > 50 && escaped > 1000, $"shortened {shortened}, escaped {escaped}");
    }

    [Theory]
    [InlineData("clip-01.mp4", "clip-01.mp4")]
    [InlineData("subject 1/day/clip.mp4", "subject~201~~day~~clip.mp4")]
    [InlineData("..", "~2E~2E")]
    [InlineData("", "~e")]
    [InlineData("100%", "100~25")]
    [InlineData("ü", "~C3~BC")]
    public void Escape_IsReadable(string id, string name) => Assert.Equal(name, ObjectNames.Escape(id));

    [Fact]
    public void Escape_Long_KeepsTheStart()
    {
        var name = ObjectNames.Escape("corpus/" + new string('a', 300) + ".mp4");
        Assert.StartsWith("corpus~~aaaa", name, StringComparison.Ordinal);
        Assert.Equal(ObjectNames.MaxEscapedBytes, name.Length);
    }
}
