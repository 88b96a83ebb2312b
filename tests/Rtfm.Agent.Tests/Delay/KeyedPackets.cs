using System.Runtime.InteropServices;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>Keys of packets, made as the meter makes them.</summary>
internal static unsafe class KeyedPackets
{
    /// <summary>Selection and identity; null: the packet has no key.</summary>
    public static (uint Selection, uint Identity)? KeyOf(
        byte[] frame,
        LinkType linkType = LinkType.Ethernet,
        KeySettings? settings = null,
        int? wireLength = null
    )
    {
        var only = KeysOf([frame], settings ?? new(), linkType, wireLength);
        return only[0];
    }

    /// <summary>The keys of packets that come together.</summary>
    public static (uint Selection, uint Identity)?[] KeysOf(
        byte[][] frames,
        KeySettings settings,
        LinkType linkType = LinkType.Ethernet,
        int? wireLength = null
    )
    {
        var keys = new MatchKey[frames.Length];
        var packets = new CapturedPacket[frames.Length];
        // Each exactly as long as its octets: who reads on reads what is not there.
        var pins = Array.ConvertAll(frames, frame => GCHandle.Alloc(frame, GCHandleType.Pinned));
        for (var i = 0; i < frames.Length; i++)
        {
            packets[i] = new CapturedPacket
            {
                Data = (byte*)pins[i].AddrOfPinnedObject(),
                CapturedLength = frames[i].Length,
                WireLength = wireLength ?? frames[i].Length,
                LinkType = linkType,
            };
        }
        PacketParser.Parse(packets, keys, new ParseCounters());
        new PacketKeys(settings).Make(packets, keys);
        foreach (var pin in pins)
            pin.Free();
        return Array.ConvertAll(keys, key => key.Identity == 0 ? ((uint, uint)?)null : (key.Selection, key.Identity));
    }

    /// <summary>The keys of all packets of a capture file that have one, with the octets that they are made of.</summary>
    public static List<(uint Selection, uint Identity, byte[] Octets)> KeysOf(string path, KeySettings settings)
    {
        var all = new List<(uint, uint, byte[])>();
        var batch = new PacketBatch();
        var makes = new PacketKeys(settings);
        var keys = new MatchKey[PacketBatch.DefaultCapacity];
        var octets = new byte[CoveredOctets.Longest];
        using var source = CaptureFile.Open(path);
        SourceState state;
        do
        {
            state = source.Read(batch);
            var some = keys.AsSpan(0, batch.Count);
            PacketParser.Parse(batch.Packets, some, new ParseCounters());
            makes.Make(batch.Packets, some);
            for (var i = 0; i < batch.Count; i++)
            {
                if (some[i].Identity == 0)
                    continue;
                ref readonly var packet = ref batch[i];
                var begin = some[i].NetworkOffset;
                var length = CoveredOctets.Copy(packet.Data + begin, packet.CapturedLength - begin, settings.PayloadOctets, octets);
                all.Add((some[i].Selection, some[i].Identity, octets[..length]));
            }
        } while (state == SourceState.Open);
        return all;
    }
}
