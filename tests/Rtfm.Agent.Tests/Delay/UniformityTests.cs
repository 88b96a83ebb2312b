using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Model.Delay;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>Keys of real packets: every part of the hash's range gets its share, and different packets have different keys.</summary>
[TestFixture]
public sealed class UniformityTests
{
    private const int Parts = 256;

    /// <summary>The inputs of all captures, each once, with their keys.</summary>
    private static List<(uint Selection, uint Identity)> Keys(KeySettings settings)
    {
        if (Repository.SharedCaptures is not { } folder)
        {
            Assert.Ignore("the collection of real captures is not there");
            return [];
        }
        var byOctets = new Dictionary<string, (uint, uint)>();
        foreach (
            var path in Directory
                .EnumerateFiles(folder)
                .Where(each => each.EndsWith(".pcap", StringComparison.Ordinal) || each.EndsWith(".pcapng", StringComparison.Ordinal))
                .Order()
        )
        {
            try
            {
                foreach (var (selection, identity, octets) in KeyedPackets.KeysOf(path, settings))
                    byOctets[Convert.ToHexString(octets)] = (selection, identity);
            }
            catch (CaptureException)
            {
                // Some of them are broken on purpose.
            }
        }
        return [.. byOctets.Values];
    }

    // The captures are what they are, so is the figure: nothing here is left to chance. Of 256 parts chi-square is 255 on average, 22.6 being its standard deviation.
    [TestCase(HashFunction.Bob, 0u)]
    [TestCase(HashFunction.Bob, 1u)]
    [TestCase(HashFunction.Crc, 0u)]
    public void Selection_and_identity_are_uniform(object function, uint seed)
    {
        var keys = Keys(new((HashFunction)function, seed));
        Assert.That(keys, Has.Count.GreaterThan(30_000));
        Assert.That(ChiSquare(keys.Select(key => key.Selection)), Is.LessThan(255 + 5 * 22.6));
        Assert.That(ChiSquare(keys.Select(key => key.Identity)), Is.LessThan(255 + 5 * 22.6));
        // Of what a level of 4 selects the identities are as uniform as of all: the hashes do not depend on each other.
        var selected = keys.Where(key => PacketSample.IsSelected(key.Selection, 4)).ToList();
        Assert.That(ChiSquare(selected.Select(key => key.Identity)), Is.LessThan(255 + 5 * 22.6));
        TestContext.Out.WriteLine(
            $"{keys.Count} packets, {selected.Count} selected: {ChiSquare(keys.Select(key => key.Selection)):F0}, {ChiSquare(keys.Select(key => key.Identity)):F0}"
        );
    }

    [Test]
    public void Packets_that_differ_have_different_keys()
    {
        var keys = Keys(new());
        Assert.That(keys.Select(key => (key.Selection & PacketSample.SelectionMask, key.Identity)).Distinct().Count(), Is.EqualTo(keys.Count));
    }

    [Test]
    public void Each_level_selects_half_of_the_one_before()
    {
        var keys = Keys(new());
        for (var level = 0; level <= 8; level++)
        {
            var expected = keys.Count / (double)(1 << level);
            var selected = keys.Count(key => PacketSample.IsSelected(key.Selection, level));
            Assert.That(selected, Is.EqualTo(expected).Within(5 * Math.Sqrt(expected)), $"level {level}");
        }
    }

    private static double ChiSquare(IEnumerable<uint> hashes)
    {
        var counts = new int[Parts];
        var all = 0;
        foreach (var hash in hashes)
        {
            counts[hash >> 24]++;
            all++;
        }
        var expected = all / (double)Parts;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
