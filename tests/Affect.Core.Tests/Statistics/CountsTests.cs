using System.Text.Json;
using Affect.Core.Statistics;

namespace Affect.Core.Tests.Statistics;

/// <summary>Against a plain array, with few counters in use and with many.</summary>
public sealed class CountsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(65)]
    [InlineData(1600)]
    public void Counts_EqualAPlainArray(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 200; round++)
        {
            var (counts, other) = (new Counts(length), new Counts(length));
            var (plain, plainOther) = (new long[length], new long[length]);
            var spread = random.Next(1, length + 1);
            Fill(counts, plain, random, spread);
            Fill(other, plainOther, random, random.Next(1, length + 1));
            AssertEqual(plain, counts);
            AssertEqual(plain, JsonSerializer.Deserialize<Counts>(JsonSerializer.Serialize(counts))!);

            counts.Add(other);
            AssertEqual([.. plain.Zip(plainOther, (a, b) => a + b)], counts);
            AssertEqual(plainOther, other);
        }
    }

    [Fact]
    public void WhatDoesNotFit_IsAnError()
    {
        var counts = new Counts(8);
        Assert.Throws<ArgumentOutOfRangeException>(() => counts.Add(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => counts[-1]);
        Assert.Throws<ArgumentException>(() => counts.Add(new Counts(7)));
        counts.Add(3, long.MaxValue);
        Assert.Throws<OverflowException>(() => counts.Add(3));
        for (var i = 0; i < 8; i++)
        {
            counts.Add(i, i == 3 ? 0 : 1);
        }

        Assert.Throws<OverflowException>(() => counts.Add(3));
    }

    private static void Fill(Counts counts, long[] plain, Random random, int spread)
    {
        for (var n = random.Next(0, 2 * plain.Length); n > 0; n--)
        {
            var (index, by) = (random.Next(spread), random.Next(4) == 0 ? random.NextInt64(1L << 40) : 1);
            counts.Add(index, by);
            plain[index] += by;
            if (random.Next(8) == 0)
            {
                counts.Add(index, -by);
                plain[index] -= by;
            }
        }
    }

    private static void AssertEqual(long[] plain, Counts counts)
    {
        Assert.Equal(plain, counts.ToArray());
        Assert.Equal(plain.Sum(), counts.Total);
        Assert.Equal(plain, Enumerable.Range(0, plain.Length).Select(i => counts[i]));
    }
}
