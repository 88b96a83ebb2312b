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
        var keys = new MatchKey[1];
        // Exactly as long as the octets: who reads on reads what is not there.
        fixed (byte* data = frame)
        {
            var packet = new CapturedPacket
            {
                Data = data,
                CapturedLength = frame.Length,
                WireLength = wireLength ?? frame.Length,
                LinkType = linkType,
            };
            PacketParser.Parse([packet], keys, new ParseCounters());
            new PacketKeys(settings ?? new()).Make([packet], keys);
        }
        return keys[0].Identity == 0 ? null : (keys[0].Selection, keys[0].Identity);
    }

    /// <summary>The keys of all packets of a capture file that have one, with the octets that they are made of.</summary>
    public static List<(uint Selection, uint Identity, byte[] Octets)> KeysOf(string path, KeySettings settings)
    {
        var all = new List<(uint, uint, byte[])>();
        var batch = new PacketBatch();
        var makes = new PacketKeys(settings);
        var keys = new MatchKey[PacketBatch.DefaultCapacity];
        var words = new uint[64 * CoveredOctets.Step];
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
                fixed (uint* to = words)
                {
                    var length = CoveredOctets.Copy(packet.Data + begin, packet.CapturedLength - begin, settings.PayloadOctets, to);
                    var octets = new byte[(length + 3) / 4 * 4];
                    for (var at = 0; at < octets.Length; at += 4)
                        BitConverter.TryWriteBytes(octets.AsSpan(at), to[at / 4 * CoveredOctets.Step]);
                    all.Add((some[i].Selection, some[i].Identity, octets[..length]));
                }
            }
        } while (state == SourceState.Open);
        return all;
    }
}
