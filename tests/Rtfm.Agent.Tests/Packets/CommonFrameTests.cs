using System.Runtime.InteropServices;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Packets;
using static Rtfm.Agent.Tests.Packets.Frames;

namespace Rtfm.Agent.Tests.Packets;

/// <summary>The quick way to parse common frames beside the layers one by one.</summary>
public sealed class CommonFrameTests
{
    private static readonly byte[] Segment = [0x30, 0x39, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x13, 0, 9, 1, 2, 3, 4, 42, 43, 44];
    private static readonly byte[][] Common =
    [
        Ethernet(0x0800, IPv4(6, Segment)),
        Ethernet(0x0800, IPv4(17, Segment)),
        Ethernet(0x86DD, IPv6(6, Segment)),
        Ethernet(0x86DD, IPv6(17, Segment)),
        Ethernet(0x8100, Vlan(0x0800, IPv4(6, Segment))),
        Ethernet(0x8100, Vlan(0x86DD, IPv6(17, Segment))),
    ];

    [Test]
    public void Common_frames_are_parsed_the_quick_way()
    {
        foreach (var frame in Common)
            Assert.That(Parse(frame, frame.Length, tci: 0).IsCommon);
    }

    [Test]
    public void Both_ways_make_the_same_key()
    {
        var random = new Random(31);
        var common = 0;
        for (var i = 0; i < 300_000; i++)
        {
            var frame = (byte[])Common[random.Next(Common.Length)].Clone();
            for (var changes = random.Next(5); changes > 0; changes--)
                frame[random.Next(Math.Min(frame.Length, 60))] = (byte)random.Next(256);
            var captured = random.Next(3) == 0 ? random.Next(frame.Length + 1) : frame.Length;
            var tci = random.Next(3) == 0 ? random.Next(0x10000) : 0;
            var (quick, whole, isCommon) = Parse(frame[..captured], frame.Length, (ushort)tci);
            if (!isCommon)
                continue;
            common++;
            if (!MemoryMarshal.AsBytes([quick]).SequenceEqual(MemoryMarshal.AsBytes([whole])))
                Assert.Fail($"not the same key: {Convert.ToHexString(frame[..captured])}, tag {tci:X4}");
        }
        Assert.That(common, Is.GreaterThan(50_000));
    }

    [Test]
    public void What_is_not_common_leaves_the_key_alone()
    {
        foreach (var frame in Common)
        {
            for (var captured = 0; captured < frame.Length; captured++)
            {
                if (Parse(frame[..captured], frame.Length, tci: 0) is { IsCommon: false } parsed)
                    Assert.That(MemoryMarshal.AsBytes([parsed.Quick]).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
            }
        }
    }

    /// <returns>The key from the quick way, that from the layers, and whether the quick way took the frame.</returns>
    private static unsafe (MatchKey Quick, MatchKey Whole, bool IsCommon) Parse(byte[] frame, int wireLength, ushort tci)
    {
        MatchKey quick = default,
            whole = default;
        fixed (byte* data = frame)
        {
            var packet = new CapturedPacket
            {
                Data = data,
                CapturedLength = frame.Length,
                WireLength = wireLength + (tci != 0 ? CapturedPacket.VlanTagLength : 0),
                LinkType = LinkType.Ethernet,
                VlanTpid = (ushort)(tci != 0 ? 0x8100 : 0),
                VlanTci = tci,
            };
            quick.VlanId = whole.VlanId = (ushort)(tci >> 8 | (tci & 0x0F) << 8);
            var isCommon = CommonFrame.TryParse(packet, ref quick);
            PacketParser.ParseLayers(packet, intoTunnels: false, ref whole, new ParseCounters());
            return (quick, whole, isCommon);
        }
    }
}
