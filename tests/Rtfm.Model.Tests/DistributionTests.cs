using System.Text;
using Rtfm.Testing;

namespace Rtfm.Model.Tests;

[TestFixture]
public sealed class DistributionTests
{
    private static readonly byte[] Mask = Hex.Bytes("01 00 00 0A 00 32");
    private static readonly byte[] Value = Hex.Bytes("03 00 00 00 00 00");

    [Test]
    public void NEW_10_what_is_written_is_shown_as_the_rule_asked_and_the_counters_came()
    {
        var octets = Write(2, 0, 1, ulong.MaxValue);
        Assert.That(Distribution.TryDecode(octets, out var read));
        Assert.That(read!.ToString(), Is.EqualTo("1.0.10!50=3.0.0!0:2;0;1;18446744073709551615"));
        Assert.That(Formatted(octets), Is.EqualTo(read.ToString()));
    }

    [Test]
    public void The_longest_fits_the_room_for_texts()
    {
        byte[] value = [255, .. Value[1..]];
        var octets = Write(value, [.. Enumerable.Repeat(ulong.MaxValue, 256)]);
        Assert.That(octets, Has.Length.LessThan(FlowDataPackage.LongestDistribution));
        Assert.That(Formatted(octets), Has.Length.GreaterThan(5_300));
    }

    [Test]
    public void Every_part_of_one_is_none()
    {
        var octets = Write(2, 0, 1, 1);
        for (var length = 0; length < octets.Length; length++)
        {
            Assert.That(Distribution.TryDecode(octets.AsSpan(0, length), out _), Is.False, $"{length} octets");
            Assert.That(Distribution.Format(octets.AsSpan(0, length), new byte[FlowText.LongestDistribution]), Is.EqualTo(-1), $"{length} octets");
        }
        Assert.That(Distribution.Format(octets, new byte[20]), Is.EqualTo(-1));
    }

    private static string? Formatted(byte[] octets)
    {
        var text = new byte[FlowText.LongestDistribution];
        var length = Distribution.Format(octets, text);
        return length < 0 ? null : Encoding.UTF8.GetString(text, 0, length);
    }

    private static byte[] Write(params ulong[] counters) => Write(Value, counters);

    /// <summary>The content of the one element of a package.</summary>
    private static byte[] Write(byte[] value, ulong[] counters)
    {
        var writer = new FlowDataPackage.Writer(new byte[FlowDataPackage.LongestDistribution + 10]);
        Assert.That(writer.TryDistribution(Mask, value, counters));
        var values = new FlowValue[1];
        Assert.That(FlowDataPackage.TryDecode(writer.Finish(), [FlowAttribute.ToPacketSize], values));
        return values[0].Octets.ToArray();
    }
}
