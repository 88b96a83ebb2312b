using Rtfm.Model.Delay;

namespace Rtfm.Model.Tests.Delay;

[TestFixture]
public sealed class PacketSampleTests
{
    [Test]
    public void Level_0_selects_every_packet() => Assert.That(PacketSample.IsSelected(uint.MaxValue, 0));

    [TestCase(0x7FFF_FFFFu, 1, true)]
    [TestCase(0x8000_0000u, 1, false)]
    [TestCase(0x0000_003Fu, PacketSample.MaxLevel, true)]
    [TestCase(0x0000_0040u, PacketSample.MaxLevel, false)]
    public void A_level_selects_hashes_that_begin_with_as_many_zeros(uint selection, int level, bool isSelected) =>
        Assert.That(PacketSample.IsSelected(selection, level), Is.EqualTo(isSelected));

    [Test]
    public void What_is_kept_of_the_hash_selects_as_all_of_it_does()
    {
        var random = new Random(5475);
        for (var i = 0; i < 100_000; i++)
        {
            var selection = (uint)random.NextInt64() >> random.Next(32);
            for (var level = 0; level <= PacketSample.MaxLevel; level++)
                Assert.That(
                    PacketSample.IsSelected(selection & PacketSample.SelectionMask, level),
                    Is.EqualTo(PacketSample.IsSelected(selection, level))
                );
        }
    }

    [Test]
    public void Packed_and_unpacked_it_is_the_same([Values] bool isReverse)
    {
        var sample = new PacketSample(1_700_000_000_123_456_789, 0xABCD_EF40, 0x1234_5678, PacketSample.MaxLevel, isReverse);
        Assert.That(PacketSample.FromPacked(sample.TimeNs, sample.Packed, sample.Identity), Is.EqualTo(sample));
    }
}
