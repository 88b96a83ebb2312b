using System.Collections.Immutable;
using Rtfm.Testing;

namespace Rtfm.Model.Tests;

[TestFixture]
public sealed class FlowDataPackageTests
{
    private static readonly ImmutableArray<FlowAttribute> Selector =
    [
        FlowAttribute.SourceTransType,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.FromOctets,
    ];

    [TestCase(128ul, "46 02 00 80")]
    [TestCase(4_294_967_296ul, "46 05 01 00 00 00 00")]
    [TestCase(ulong.MaxValue, "46 09 00 FF FF FF FF FF FF FF FF")]
    public void TC_85_numbers_are_minimal_and_never_negative(ulong value, string element)
    {
        var writer = new FlowDataPackage.Writer(new byte[64]);
        Assert.That(writer.TryNumber(FlowDataPackage.TagOf(FlowAttribute.ToOctets), value));
        Assert.That(Hex.Text(writer.Finish()[2..]), Is.EqualTo(element));
    }

    [TestCase(FlowAttribute.ToOctets, false)]
    [TestCase(FlowAttribute.DSCodePoint, false)]
    [TestCase(FlowAttribute.VlanId, true)]
    public void An_attribute_beyond_255_is_read_from_the_table_that_can_name_it(FlowAttribute attribute, bool isExtended) =>
        Assert.That(
            FlowMeterMib.PackageEntryFor([FlowAttribute.FirstTime, attribute]).ToArray(),
            Is.EqualTo((isExtended ? Oids.ExtendedPackageEntry : FlowMeterMib.DataPackageEntry).ToArray())
        );

    [Test]
    public void MIB_101_a_name_with_the_most_attributes_has_128_sub_identifiers() =>
        Assert.That(FlowMeterMib.MostPackageAttributes(FlowMeterMib.DataPackageEntry), Is.EqualTo(FlowDataPackage.MaxAttributes));

    [Test]
    public void What_is_written_reads_back_the_same()
    {
        var random = new Random(8);
        for (var i = 0; i < 10_000; i++)
        {
            var address = new byte[random.Next(2) == 0 ? 4 : 16];
            random.NextBytes(address);
            FlowValue[] values = [new((ulong)random.Next(256)), new(address), new((ulong)random.NextInt64() >> random.Next(64))];
            var read = new FlowValue[3];
            Assert.That(FlowDataPackage.TryDecode(Write(values), Selector, read));
            Assert.That(read, Is.EqualTo(values));
        }
    }

    [Test]
    public void Every_prefix_of_a_package_is_refused()
    {
        var package = Write([new(6), new([10, 0, 0, 1]), new(1_234_567)]);
        for (var length = 0; length < package.Length; length++)
            Assert.That(FlowDataPackage.TryDecode(package.AsSpan(0, length), Selector, new FlowValue[3]), Is.False, $"{length} octets");
    }

    [TestCase("30 0B 02 01 06 04 01 0A 46 03 12 D6", Description = "the sequence is longer than its content")]
    [TestCase("30 06 02 01 06 04 01 0A", Description = "an element too few")]
    [TestCase("30 0C 02 01 06 04 01 0A 46 01 01 02 01 00", Description = "an element too many")]
    [TestCase("30 09 02 01 06 02 01 0A 46 01 01", Description = "a number where octets belong")]
    [TestCase("30 09 02 01 86 04 01 0A 46 01 01", Description = "a negative number")]
    [TestCase("30 12 02 01 06 04 01 0A 46 0A 00 00 FF FF FF FF FF FF FF FF", Description = "more than 64 bits")]
    public void What_is_no_package_is_refused(string hex) =>
        Assert.That(FlowDataPackage.TryDecode(Hex.Bytes(hex), Selector, new FlowValue[3]), Is.False);

    [Test]
    public void Any_octets_at_all_never_throw()
    {
        var random = new Random(9);
        var octets = new byte[40];
        for (var i = 0; i < 100_000; i++)
        {
            random.NextBytes(octets);
            (octets[0], octets[1], octets[2]) = (0x30, (byte)random.Next(45), 2);
            FlowDataPackage.TryDecode(octets.AsSpan(0, random.Next(41)), Selector, new FlowValue[3]);
        }
    }

    private static byte[] Write(FlowValue[] values)
    {
        var writer = new FlowDataPackage.Writer(new byte[256]);
        writer.TryNumber(FlowDataPackage.TagOf(Selector[0]), values[0].Number);
        writer.TryOctets(values[1].Octets);
        writer.TryNumber(FlowDataPackage.TagOf(Selector[2]), values[2].Number);
        return writer.Finish().ToArray();
    }
}
