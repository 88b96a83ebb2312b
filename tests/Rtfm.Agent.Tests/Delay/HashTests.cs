using System.Text;
using Rtfm.Agent.Delay.Hashing;

namespace Rtfm.Agent.Tests.Delay;

[TestFixture]
public sealed class HashTests
{
    // RFC 5475 has no values: these come from the code of its appendix A.2, run on octets 0, 1, 2 … with numbers of 32 bits.
    [TestCase(0, 0u, 0xBD49D10Du)]
    [TestCase(0, 0x12345678u, 0x3DF641A9u)]
    [TestCase(1, 0u, 0x6DDFB8C9u)]
    [TestCase(4, 0x12345678u, 0xC9851F2Fu)]
    [TestCase(8, 0u, 0xA491F494u)]
    [TestCase(11, 0u, 0xF189C885u)]
    [TestCase(11, 0x12345678u, 0xA6DB07B7u)]
    [TestCase(12, 0u, 0x99BDD9EFu)]
    [TestCase(13, 0x12345678u, 0x199A2A61u)]
    [TestCase(23, 0u, 0x9F8ADB7Eu)]
    [TestCase(24, 0x12345678u, 0x75DD7704u)]
    [TestCase(28, 0u, 0x4925F51Cu)]
    [TestCase(37, 0x12345678u, 0x5477B1DEu)]
    [TestCase(69, 0u, 0x7966CAC9u)]
    [TestCase(80, 0x12345678u, 0x42598FD4u)]
    public void BOB_is_that_of_RFC_5475(int length, uint seed, uint expected) =>
        Assert.That(Bob.Hash([.. Enumerable.Range(0, length).Select(i => (byte)i)], seed, out _), Is.EqualTo(expected));

    [Test]
    public unsafe void BOB_of_many_inputs_at_once_is_that_of_each([Range(0, 100)] int length)
    {
        var random = new Random(length);
        var seed = (uint)random.NextInt64();
        var inputs = new byte[BobLanes.Count][];
        var words = new uint[BobLanes.Count * BobLanes.WordsOf(length)];
        for (var lane = 0; lane < BobLanes.Count; lane++)
        {
            inputs[lane] = new byte[length];
            random.NextBytes(inputs[lane]);
            byte[] padded = [.. inputs[lane], .. new byte[Bob.BlockLength]];
            for (var word = 0; word < BobLanes.WordsOf(length); word++)
                words[word * BobLanes.Count + lane] = BitConverter.ToUInt32(padded, word * sizeof(uint));
        }
        var (hashes, seconds) = (new uint[BobLanes.Count], new uint[BobLanes.Count]);
        fixed (
            uint* from = words,
                first = hashes,
                second = seconds
        )
            BobLanes.Hash(from, length, seed, first, second);
        for (var lane = 0; lane < BobLanes.Count; lane++)
            Assert.That((hashes[lane], seconds[lane]), Is.EqualTo((Bob.Hash(inputs[lane], seed, out var second), second)));
    }

    [Test]
    public void Each_bit_of_the_input_changes_half_of_both_hashes()
    {
        var random = new Random(1996);
        var octets = new byte[52];
        var (changedFirst, changedSecond, flips) = (0L, 0L, 0L);
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(octets);
            var first = Bob.Hash(octets, 7, out var second);
            for (var bit = 0; bit < octets.Length * 8; bit++, flips++)
            {
                octets[bit / 8] ^= (byte)(1 << bit % 8);
                changedFirst += uint.PopCount(first ^ Bob.Hash(octets, 7, out var other));
                changedSecond += uint.PopCount(second ^ other);
                octets[bit / 8] ^= (byte)(1 << bit % 8);
            }
        }
        Assert.That(changedFirst / (32.0 * flips), Is.EqualTo(0.5).Within(0.01));
        Assert.That(changedSecond / (32.0 * flips), Is.EqualTo(0.5).Within(0.01));
    }

    [Test]
    public void CRC_has_the_check_value_of_the_standard() => Assert.That(Crc.Hash(Encoding.ASCII.GetBytes("123456789")), Is.EqualTo(0xCBF4_3926));

    [Test]
    public void CRC_takes_the_seed_behind_the_octets() => Assert.That(Crc.Hash([1, 2], 0x0304_0506), Is.EqualTo(Crc.Hash([1, 2, 3, 4, 5, 6])));

    // By hand: the shifts of steps 3 to 10, and for the fourth a program that follows them line by line.
    [TestCase(0u, 0u, 0u, 0u, 0u)]
    [TestCase(1u, 0u, 0u, 0u, 0x0000_0100u, Description = "<< 8; what is shifted to the right is gone")]
    [TestCase(0u, 0u, 1u, 0u, 0x0000_4440u, Description = "<< 6, 10, 14")]
    [TestCase(0x1234_4000u, 0xC0A8_0001u, 0x0A00_0001u, 0xDEAD_BEEFu, 0x62E2_E6A5u)]
    [TestCase(uint.MaxValue, 0u, 0u, 0u, 0xF00F_00FFu)]
    public void IPSX_is_that_of_RFC_5475(uint identification, uint source, uint dest, uint payload, uint expected) =>
        Assert.That(Ipsx.Hash(identification, source, dest, payload), Is.EqualTo(expected));
}
