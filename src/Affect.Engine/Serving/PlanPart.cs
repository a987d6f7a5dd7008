using System.Text;
using Affect.Core.Planning;
using Affect.Engine.Runs;

namespace Affect.Engine.Serving;

/// <summary>Some successive lines of a run's plan: what one ledger partition owns.</summary>
/// <param name="Index">Position among the parts, from 0.</param>
/// <param name="OffsetBytes">Where the first line begins in <c>plan.jsonl</c>.</param>
/// <param name="LengthBytes">Bytes of all its lines.</param>
/// <param name="Chunks">Its lines.</param>
public sealed record PlanPart(int Index, long OffsetBytes, int LengthBytes, int Chunks);

/// <summary>
/// Cuts a plan into parts of <see cref="ChunksPerPart"/> lines without reading what they say, so that a plan of a million chunks costs one pass, whatever the number of
/// partitions.
/// </summary>
public static class PlanParts
{
    /// <summary>2 MB of plan and a second or so to rebuild from storage; a million chunks are 62 parts. Tokens name their part: do not change it under running jobs.</summary>
    public const int ChunksPerPart = 16_384;

    private const int BufferBytes = 1 << 20;

    public static async Task<IReadOnlyList<PlanPart>> ScanAsync(RunStore store, CancellationToken cancellationToken)
    {
        var parts = new List<PlanPart>();
        var buffer = new byte[BufferBytes];
        long start = 0, position = 0;
        var lines = 0;
        await using var plan = await store.Objects.OpenReadAsync(store.Layout.Plan, cancellationToken).ConfigureAwait(false);
        while (await plan.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            for (var from = 0; from < read;)
            {
                var end = buffer.AsSpan(from, read - from).IndexOf((byte)'\n');
                if (end < 0)
                {
                    break;
                }

                from += end + 1;
                if (++lines == ChunksPerPart)
                {
                    parts.Add(new PlanPart(parts.Count, start, checked((int)(position + from - start)), lines));
                    (start, lines) = (position + from, 0);
                }
            }

            position += read;
        }

        if (lines > 0)
        {
            parts.Add(new PlanPart(parts.Count, start, checked((int)(position - start)), lines));
        }

        return parts;
    }

    /// <exception cref="FormatException">The plan is damaged.</exception>
    public static async Task<IReadOnlyList<ChunkSpec>> ReadAsync(RunStore store, PlanPart part, CancellationToken cancellationToken)
    {
        var text = new byte[part.LengthBytes];
        var read = await store.Objects.ReadRangeAsync(store.Layout.Plan, part.OffsetBytes, text, cancellationToken).ConfigureAwait(false);
        var chunks = PlanText.ReadPart(new StringReader(Encoding.UTF8.GetString(text, 0, read)));
        return chunks.Count == part.Chunks
            ? chunks
            : throw new FormatException($"{store.Layout.Plan}: part {part.Index} has {chunks.Count} chunks, not {part.Chunks}.");
    }
}
