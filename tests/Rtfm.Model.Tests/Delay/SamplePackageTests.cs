using Rtfm.Model.Delay;
using Rtfm.Testing;

namespace Rtfm.Model.Tests.Delay;

[TestFixture]
public sealed class SamplePackageTests
{
    private const long Now = 1_763_740_800_000_000_000;

    private static readonly PacketSample[] Few =
    [
        new(Now, 0x0012_3440, 0xDEAD_BEEF, 3, false),
        new(Now + 1_000_000_000, 0xFFFF_FFC0, 1, 0, true),
        new(Now - 5, 0, 0, PacketSample.MaxLevel, false),
    ];

    private static readonly SamplePackageHeader Header = new(new Uptime(4_711), 17, Few.Length, new(3, Now - 1), new(0, 0));

    [Test]
    public void The_encoding_is_frozen() =>
        Assert.That(
            Hex.Text(Write(Header with { Count = 2, To = new(3, 1), From = new(0, 2) }, [new(3, 64, 5, 1, false), new(2, 128, 6, 2, true)])),
            Is.EqualTo(
                "01 00 00 12 67 00 00 00 11 03 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 02 00 02 06 00 00 00 41 00 00 00 05 01 00 00 00 A2 00 00 00 06"
            )
        );

    [Test]
    public void What_is_written_is_read_again()
    {
        var read = new PacketSample[SamplePackage.MostSamples];
        Assert.That(SamplePackage.TryRead(Write(Header, Few), read, out var header));
        Assert.That(header, Is.EqualTo(Header));
        Assert.That(read[..header.Count], Is.EqualTo(Few));
    }

    [Test]
    public void Times_as_far_apart_as_can_be_are_read_again()
    {
        PacketSample[] samples = [new(long.MinValue, 0, 0, 0, false), new(long.MaxValue, 0, 0, 0, false), new(0, 0, 0, 0, false)];
        var read = new PacketSample[3];
        Assert.That(SamplePackage.TryRead(Write(Header, samples), read, out _));
        Assert.That(read, Is.EqualTo(samples));
    }

    [Test]
    public void A_flow_without_samples_has_its_header_alone()
    {
        var octets = Write(Header with { Count = 0 }, []);
        Assert.That(octets, Has.Length.EqualTo(SamplePackage.HeaderLength));
        Assert.That(SamplePackage.TryRead(octets, [], out var header));
        Assert.That(header, Is.EqualTo(Header with { Count = 0 }));
    }

    [Test]
    public void A_sample_a_second_takes_thirteen_octets()
    {
        PacketSample[] samples = [.. Enumerable.Range(0, 101).Select(i => new PacketSample(Now + i * 1_000_000_000L, 0, 0, 0, false))];
        Assert.That(Write(Header, samples).Length - Write(Header, samples[..1]).Length, Is.EqualTo(100 * 13));
    }

    [Test]
    public void The_longest_package_has_room()
    {
        var samples = Enumerable.Range(0, SamplePackage.MostSamples).Select(i => new PacketSample(i % 2 == 0 ? 1L << 62 : -1L << 62, 0, 0, 0, false));
        Assert.That(Write(Header, [.. samples]), Has.Length.InRange(SamplePackage.HeaderLength, SamplePackage.Longest));
    }

    [Test]
    public void Every_prefix_is_refused()
    {
        var octets = Write(Header, Few);
        for (var length = 0; length < octets.Length; length++)
            Assert.That(SamplePackage.TryRead(octets.AsSpan(0, length), new PacketSample[8], out _), Is.False, $"{length} octets");
    }

    [TestCase(0, 2, Description = "another version")]
    [TestCase(9, PacketSample.MaxLevel + 1, Description = "a level that there is not")]
    [TestCase(18, 255, Description = "a level that there is not, the other way")]
    [TestCase(27, 2, Description = "more samples than room")]
    [TestCase(28, 2, Description = "octets behind the last sample")]
    public void What_is_no_package_is_refused(int at, byte octet)
    {
        var octets = Write(Header, Few);
        octets[at] = octet;
        Assert.That(SamplePackage.TryRead(octets, new PacketSample[8], out _), Is.False);
    }

    [Test]
    public void Any_octets_at_all_never_throw()
    {
        var random = new Random(6);
        var samples = new PacketSample[16];
        for (var i = 0; i < 100_000; i++)
        {
            var octets = Write(Header, Few);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            SamplePackage.TryRead(octets.AsSpan(0, random.Next(octets.Length + 1)), samples, out _);
        }
    }

    private static byte[] Write(in SamplePackageHeader header, PacketSample[] samples)
    {
        var octets = new byte[SamplePackage.Longest];
        return octets[..SamplePackage.Write(header with { Count = samples.Length }, samples, octets)];
    }
}
