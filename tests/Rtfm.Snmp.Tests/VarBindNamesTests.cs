using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Tests;

/// <summary>Names that follow each other share most of their octets, which are neither written nor read anew: what comes out must not differ.</summary>
[TestFixture]
public sealed class VarBindNamesTests
{
    [Test]
    public void Names_are_written_and_read_back_whatever_came_before()
    {
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var names = Names(random, 20);
            var octets = Write(names, random);
            var reader = new VarBindReader(octets);
            var plain = new BerReader(octets);
            OidBuffer name = default;
            foreach (var expected in names)
            {
                Assert.That(reader.Read(), $"round {round}");
                Assert.That(reader.Name.ToArray(), Is.EqualTo(expected), $"round {round}");
                var outer = plain.Enter();
                plain.Oid(ref name);
                plain.Any(out _);
                plain.Leave(outer);
                Assert.That(name.Span.ToArray(), Is.EqualTo(expected), $"round {round}");
            }
            Assert.That(reader.Read(), Is.False);
        }
    }

    [Test]
    public void Any_octets_read_the_same_beside_another_name_as_alone()
    {
        var random = new Random(6);
        OidBuffer beside = default,
            alone = default;
        for (var round = 0; round < 100_000; round++)
        {
            byte[] other = [0x2B, .. Octets(random)];
            byte[] content = random.Next(4) == 0 ? [0x2B, .. Octets(random)] : [.. other[..random.Next(1, other.Length)], .. Octets(random)];
            if (!BerReader.TryReadOid(other, ref beside))
                continue;
            var reader = new BerReader([(byte)BerTag.ObjectIdentifier, (byte)content.Length, .. content]);
            reader.OidBeside(other, ref beside);
            var isGood = BerReader.TryReadOid(content, ref alone);
            Assert.That(reader.Error == BerError.None, Is.EqualTo(isGood), $"{Convert.ToHexString(content)} after {Convert.ToHexString(other)}");
            if (isGood)
                Assert.That(
                    beside.Span.ToArray(),
                    Is.EqualTo(alone.Span.ToArray()),
                    $"{Convert.ToHexString(content)} after {Convert.ToHexString(other)}"
                );
        }
    }

    /// <summary>Octets of which many end or go on a sub-identifier.</summary>
    private static byte[] Octets(Random random)
    {
        var octets = new byte[random.Next(1, 8)];
        random.NextBytes(octets);
        for (var i = 0; i < octets.Length; i++)
            octets[i] = random.Next(3) == 0 ? octets[i] : (byte)(octets[i] & 0x83);
        return octets;
    }

    private static List<uint[]> Names(Random random, int count)
    {
        var names = new List<uint[]>();
        uint[] name = [1, 3, 6, 1, 2, 1, 40];
        for (var i = 0; i < count; i++)
        {
            name = random.Next(8) switch
            {
                0 => [.. name, (uint)random.NextInt64(uint.MaxValue + 1L)],
                1 when name.Length > 2 => name[..^1],
                2 => [1, (uint)random.Next(40), (uint)random.Next(300)],
                _ => [.. name[..^1], name.Length == 2 ? (uint)random.Next(40) : (uint)(random.NextInt64(uint.MaxValue + 1L) >> random.Next(32))],
            };
            names.Add(name);
        }
        return names;
    }

    /// <summary>Now and then something is written and taken back, or does not fit, as in a GETBULK.</summary>
    private static byte[] Write(List<uint[]> names, Random random)
    {
        var size = 4_096;
        var response = new VarBindWriter(new BerWriter(new byte[size]));
        foreach (var name in names)
        {
            var start = response.Ber.Position;
            if (random.Next(4) == 0)
            {
                response.OctetString([.. name[..^1], 5], new byte[random.Next(2) == 0 ? 10 : size]);
                response.Ber.Rewind(start);
            }
            if (random.Next(4) == 0)
            {
                response.Counter32([1, 3, 9, 9], 1);
                response.Ber.Rewind(start);
            }
            response.OctetString(name, new byte[random.Next(2) == 0 ? 0 : random.Next(80, 150)]);
        }
        return response.Ber.Written.ToArray();
    }
}
