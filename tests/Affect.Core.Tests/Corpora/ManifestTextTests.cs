using System.Text;
using Affect.Core.Corpora;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Corpora;

public sealed class ManifestTextTests
{
    [Fact]
    public void JsonLines_AreRead()
    {
        const string Text =
            """
            {"path":"sub/ü.mp4"}
            {"uri":"az://c/b.mkv","id":"second","split":"test","group":7,"fps":25,"note":{"x":1}}

            {"LOCATION":"/abs/frames","kind":"face_frames","content":"sha256:00","sizeBytes":12,"split":null}
            """;
        var content = ManifestText.ReadJsonLines("\uFEFF" + Text, "/data");
        Assert.Empty(content.Errors);
        Assert.Equal(["fps"], content.IgnoredColumns);
        Assert.Equal(
            [
                new CorpusEntry("sub/ü.mp4", "/data/sub/ü.mp4", EntryKind.Unknown, "", -1),
                new CorpusEntry("second", "az://c/b.mkv", EntryKind.Unknown, "", -1, "test", "7"),
                new CorpusEntry("abs/frames", "/abs/frames", EntryKind.FaceFrames, "sha256:00", 12),
            ],
            content.Entries);
    }

    [Fact]
    public void Csv_IsRead_InAnyColumnOrder_WithQuotes()
    {
        const string Text = "split, Path ,comment,id\r\ntrain,a.mp4,,one\r\n,\"b, \"\"c\"\".mp4\",\"two\nlines\",\r\n\r\nval,d.mp4,x,\"\"";
        var content = ManifestText.ReadCsv("\uFEFF" + Text, "/data");
        Assert.Empty(content.Errors);
        Assert.Equal(["comment"], content.IgnoredColumns);
        Assert.Equal(
            [("one", "/data/a.mp4", "train"), ("b, \"c\".mp4", "/data/b, \"c\".mp4", null), ("d.mp4", "/data/d.mp4", "val")],
            content.Entries.Select(entry => (entry.Id, entry.Location, entry.Split)));
    }

    [Theory]
    [InlineData("{\"path\":\"a.mp4\"", "not JSON")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{\"id\":\"a\"}", "no path, uri or location")]
    [InlineData("{\"path\":\"\"}", "no path, uri or location")]
    [InlineData("{\"path\":\"a\",\"uri\":\"b\"}", "give one of")]
    [InlineData("{\"path\":\"a\",\"id\":\"x\",\"Id\":\"y\"}", "Id is there twice")]
    [InlineData("{\"path\":\"a\",\"id\":true}", "id must be text")]
    [InlineData("{\"path\":\"a\",\"kind\":\"film\"}", "kind must be video or face_frames, not 'film'")]
    [InlineData("{\"path\":\"a\",\"sizeBytes\":-1}", "sizeBytes")]
    [InlineData("{\"path\":\"a\\u0000b\"}", "control character")]
    [InlineData("{\"path\":\"a\\ud800b\"}", "Unicode")]
    [InlineData("{\"path\":\"../../a\"}", "beyond its root")]
    [InlineData("{\"path\":\"good1\"}", "the id 'good1' is that of line 1")]
    public void BadJsonLine_IsNamed_AndTheRestGoesOn(string bad, string expected)
    {
        var content = ManifestText.ReadJsonLines($"{{\"path\":\"good1\"}}\n{bad}\n{{\"path\":\"good2\"}}\n", "/d");
        Assert.Equal(["good1", "good2"], content.Entries.Select(entry => entry.Id));
        var error = Assert.Single(content.Errors);
        Assert.Equal(2, error.Line);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("b.mp4", "1 fields where the header has 2")]
    [InlineData("b.mp4,x,y", "3 fields where the header has 2")]
    [InlineData("b\"c,x", "a quote inside")]
    [InlineData("\"b\"c,x", "after the closing quote")]
    [InlineData("\"b,x", "without its closing quote")]
    [InlineData(",x", "no path, uri or location")]
    public void BadCsvRecord_IsNamed_AndTheRestGoesOn(string bad, string expected)
    {
        var content = ManifestText.ReadCsv($"path,id\n\"good\n1\",a\n{bad}\ngood2,b\n".Replace("\n1", " 1", StringComparison.Ordinal), "/d");
        Assert.Equal(["a", "b"], content.Entries.Select(entry => entry.Id));
        var error = Assert.Single(content.Errors);
        Assert.Equal(3, error.Line);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("id,split\na,b\n", "exactly one of path, uri, location")]
    [InlineData("path,uri\na,b\n", "exactly one of path, uri, location")]
    [InlineData("path,id,ID\na,b,c\n", "id is there twice")]
    [InlineData("path,\"id\na,b\n", "without its closing quote")]
    public void BadCsvHeader_IsTheOnlyError(string text, string expected)
    {
        var content = ManifestText.ReadCsv(text, "/d");
        Assert.Empty(content.Entries);
        Assert.Contains(expected, Assert.Single(content.Errors).Message);
    }

    [Fact]
    public void Csv_LineNumbers_CountLinesInsideQuotes()
    {
        var content = ManifestText.ReadCsv("path,note\r\na,\"1\r\n2\n3\"\nb\n", "/d");
        Assert.Equal(5, Assert.Single(content.Errors).Line);
    }

    [Fact]
    public void WhatIsWritten_IsReadAgain() => Prop.ForAll(Entries.ToArbitrary(), entries =>
    {
        foreach (var content in new[]
        {
            ManifestText.ReadJsonLines(ManifestText.WriteJsonLines(entries), "/other"), ManifestText.ReadCsv(ManifestText.WriteCsv(entries), "/other"),
        })
        {
            Assert.Empty(content.Errors);
            Assert.Empty(content.IgnoredColumns);
            Assert.Equal(entries, content.Entries);
            Assert.Equal(new CorpusManifest(entries).Hash, new CorpusManifest(content.Entries).Hash);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void RandomBytes_NeverThrow_AndEachLineIsEntryOrError() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(Bytes.ToArbitrary(), bytes =>
        {
            // As a file is read, and as no file is: halves of surrogate pairs.
            foreach (var text in new[] { Encoding.UTF8.GetString(bytes), new string([.. bytes.Chunk(2).Select(pair => (char)((pair[0] << 8) | pair[^1]))]) })
            {
                var json = ManifestText.ReadJsonLines(text, "/d");
                var csv = ManifestText.ReadCsv(text, "/d");
                _ = new CorpusManifest(json.Entries);
                _ = new CorpusManifest(csv.Entries);
                Assert.Equal(csv.Errors.Select(error => error.Line).Distinct(), csv.Errors.Select(error => error.Line));
                Assert.All(json.Errors, error => Assert.InRange(error.Line, 1, text.Length + 1));
            }
        }));

    [Fact]
    public void RandomBytes_AreNotAllRubbish()
    {
        var texts = Bytes.Sample(500, 60).Select(bytes => Encoding.UTF8.GetString(bytes)).ToList();
        Assert.True(texts.Count(text => ManifestText.ReadCsv(text, "/d").Entries.Count > 0) > 20, "too few good CSV lines");
        Assert.True(texts.Count(text => ManifestText.ReadJsonLines(text, "/d").Entries.Count > 0) > 20, "too few good JSON lines");
    }

    private static Gen<string> Text =>
        Gen.Elements("a", "Z", "ü", "漢", "😀", ",", "\"", "'", " ", "\\", "/", ".", "<", "=", "\u2028").NonEmptyListOf().Select(parts => string.Concat(parts));

    private static Gen<CorpusEntry[]> Entries =>
        (from id in Text
         from location in Text
         from kind in Gen.Elements(EntryKind.Unknown, EntryKind.Video, EntryKind.FaceFrames)
         from content in Gen.Elements("", "sha256:00")
         from size in Gen.Elements(-1L, 0L, long.MaxValue)
         from split in Gen.Elements<string?>(null, "train", "a,b")
         from @group in Gen.OneOf(Gen.Constant<string?>(null), Text.Select(text => (string?)text))
         select new CorpusEntry(id, "/" + location, kind, content, size, split, @group)).ArrayOf()
        .Select(entries => entries.DistinctBy(entry => entry.Id).ToArray());

    /// <summary>Pieces of manifests among random bytes.</summary>
    private static Gen<byte[]> Bytes => Gen.Frequency(
        (2, Gen.Elements("{\"path\":\"", "\"}", "path,id\n", "a.mp4", ",", "\"", "\n", "\r\n", "\r", "{}", "\\ud800", "\\u0000", "..", "/", "\uFEFF", "{\"path\":\"x\"}\n")
            .Select(Encoding.UTF8.GetBytes)),
        (1, Gen.Choose(0, 255).Select(value => new[] { (byte)value }))).ArrayOf()
        .Select(parts => parts.SelectMany(part => part).ToArray())
        .SelectMany(rest => Gen.Elements("", "path,id\n", "{\"path\":\"y\"}\n").Select(start => (byte[])[.. Encoding.UTF8.GetBytes(start), .. rest]));
}
