using System.Buffers;
using System.Globalization;
using System.Text;

namespace Affect.Core.Corpora;

/// <summary>Turns named values into entries and collects what is wrong.</summary>
internal sealed class ManifestBuilder(string folder)
{
    private const int LongestText = 4096;

    private static readonly string[] LocationColumns = ["path", "uri", "location"];
    private static readonly string[] OtherColumns = ["id", "split", "group", "kind", "content", "sizebytes"];

    private readonly List<CorpusEntry> _entries = [];
    private readonly List<ManifestError> _errors = [];
    private readonly List<string> _ignored = [];
    private readonly Dictionary<string, int> _lineOfId = new(StringComparer.Ordinal);

    public static bool IsColumn(string name) => IsLocation(name) || OtherColumns.Contains(name, StringComparer.OrdinalIgnoreCase);

    public ManifestContent ToContent() => new(_entries, _errors, _ignored);

    /// <summary>Why these columns do not make a manifest, or null.</summary>
    public static string? ProblemOfHeader(IReadOnlyList<string> names)
    {
        var twice = names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1 && IsColumn(group.Key));
        return twice is not null ? $"the column {twice.Key} is there twice"
            : names.Count(IsLocation) != 1 ? $"the header must name exactly one of {string.Join(", ", LocationColumns)}"
            : null;
    }

    /// <summary>Takes a line: its values, or what is wrong with it.</summary>
    public void Add(int line, IEnumerable<(string Name, string Value)>? values, string? problem)
    {
        var entry = values is null ? null : Entry(values, ref problem);
        if (entry is not null && !_lineOfId.TryAdd(entry.Id, line))
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"the id '{entry.Id}' is that of line {_lineOfId[entry.Id]}; name another id");
        }

        if (problem is not null)
        {
            _errors.Add(new ManifestError(line, problem));
        }
        else
        {
            _entries.Add(entry!);
        }
    }

    private CorpusEntry? Entry(IEnumerable<(string Name, string Value)> values, ref string? problem)
    {
        Dictionary<string, string> known = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            if (!IsColumn(name))
            {
                if (!_ignored.Contains(name))
                {
                    _ignored.Add(name);
                }
            }
            else if (!known.TryAdd(IsLocation(name) ? "location" : name, value))
            {
                problem = IsLocation(name) ? $"give one of {string.Join(", ", LocationColumns)}" : $"{name} is there twice";
                return null;
            }
            else if (ProblemOfText(value) is { } wrong)
            {
                problem = $"{name} {wrong}";
                return null;
            }
        }

        if (!known.TryGetValue("location", out var location) || location.Length == 0)
        {
            problem = $"no {string.Join(", ", LocationColumns[..^1])} or {LocationColumns[^1]}";
            return null;
        }

        if (CorpusPaths.Resolve(folder, location) is not { } resolved)
        {
            problem = $"the path '{location}' leads out of '{folder}' beyond its root";
            return null;
        }

        var id = Optional("id") ?? CorpusPaths.DefaultId(folder, resolved);
        var kind = Kind(Optional("kind"));
        var size = -1L;
        if (Optional("sizeBytes") is { } text && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size < 0))
        {
            problem = $"sizeBytes must be a whole number, not '{text}'";
        }
        else if (kind is null)
        {
            problem = $"kind must be {ManifestText.KindText(EntryKind.Video)} or {ManifestText.KindText(EntryKind.FaceFrames)}, not '{known["kind"]}'";
        }
        else if (id.Length == 0)
        {
            problem = $"'{location}' gives no id; name one";
        }

        return problem is null ? new CorpusEntry(id, resolved, kind!.Value, Optional("content") ?? "", size, Optional("split"), Optional("group")) : null;

        string? Optional(string name) => known.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }

    private static EntryKind? Kind(string? text) => text is null ? EntryKind.Unknown
        : new EntryKind?[] { EntryKind.Video, EntryKind.FaceFrames }.FirstOrDefault(kind => ManifestText.KindText(kind!.Value) == text);

    private static bool IsLocation(string name) => LocationColumns.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string? ProblemOfText(string text)
    {
        if (text.Length > LongestText)
        {
            return $"is longer than {LongestText} characters";
        }

        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != OperationStatus.Done)
            {
                return "is not well-formed Unicode";
            }

            if (Rune.IsControl(rune))
            {
                return "holds a control character";
            }

            rest = rest[used..];
        }

        return null;
    }
}
