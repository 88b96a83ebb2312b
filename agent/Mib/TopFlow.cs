using System.Globalization;
using System.Text;
using Rtfm.Agent.Flows;
using Rtfm.Model;

namespace Rtfm.Agent.Mib;

/// <summary>A row of rtfmTopFlowTable.</summary>
internal sealed class TopFlow
{
    /// <param name="flow">Whose key it is.</param>
    /// <param name="counts">What it had counted when it was ranked.</param>
    /// <param name="octetRate">Octets per second.</param>
    /// <param name="packetRate">Packets per second.</param>
    public TopFlow(in FlowSnapshot flow, in FlowCounts counts, ulong octetRate, ulong packetRate)
    {
        (Index, Octets, Packets, OctetRate, PacketRate) = (counts.Index, counts.Octets, counts.Pdus, octetRate, packetRate);
        (SourceType, SourceAddress) = AddressOf(flow, FlowAttribute.SourcePeerType, FlowAttribute.SourcePeerAddress);
        (DestType, DestAddress) = AddressOf(flow, FlowAttribute.DestPeerType, FlowAttribute.DestPeerAddress);
        Protocol = flow.Number(FlowAttribute.SourceTransType) is not 0 and var protocol
            ? (byte)protocol
            : (byte)flow.Number(FlowAttribute.DestTransType);
        SourcePort = (ushort)flow.Number(FlowAttribute.SourceTransAddress);
        DestPort = (ushort)flow.Number(FlowAttribute.DestTransAddress);
        Description = Encoding.UTF8.GetBytes(Describe(flow));
    }

    /// <summary>The flow's index in flowDataTable.</summary>
    public uint Index { get; }

    /// <summary><c>tcp 192.0.2.1:443 > 198.51.100.7:50000</c>, as far as the rules keep it.</summary>
    public byte[] Description { get; }

    /// <summary>InetAddressType.</summary>
    public int SourceType { get; }

    public byte[] SourceAddress { get; }

    public int DestType { get; }

    public byte[] DestAddress { get; }

    public byte Protocol { get; }

    public ushort SourcePort { get; }

    public ushort DestPort { get; }

    /// <summary>Both ways together, as the flow counted them from its beginning.</summary>
    public ulong Octets { get; }

    public ulong Packets { get; }

    public ulong OctetRate { get; }

    public ulong PacketRate { get; }

    /// <summary>Peer types 1 and 2 are InetAddressTypes ipv4 and ipv6; an address the rules do not keep is unknown(0).</summary>
    private static (int, byte[]) AddressOf(in FlowSnapshot flow, FlowAttribute type, FlowAttribute address)
    {
        var octets = flow.Octets(address);
        return (PeerType)flow.Number(type) switch
        {
            PeerType.IPv4 when octets.Length == 4 && octets.ContainsAnyExcept((byte)0) => (1, octets.ToArray()),
            PeerType.IPv6 when octets.Length == 16 && octets.ContainsAnyExcept((byte)0) => (2, octets.ToArray()),
            _ => (0, []),
        };
    }

    private string Describe(in FlowSnapshot flow)
    {
        var parts = new List<string>();
        if (Protocol != 0)
            parts.Add(NameOf(Protocol));
        var source = Side(flow, FlowAttribute.SourcePeerAddress, FlowAttribute.SourceAdjacentAddress, SourceType, SourcePort);
        var dest = Side(flow, FlowAttribute.DestPeerAddress, FlowAttribute.DestAdjacentAddress, DestType, DestPort);
        if (source != "*" || dest != "*")
            parts.Add($"{source} > {dest}");
        else if (Protocol == 0 && (PeerType)flow.Number(FlowAttribute.SourcePeerType) is not PeerType.Unknown and var type)
            parts.Add(type.ToString());
        foreach (
            var each in (ReadOnlySpan<FlowAttribute>)
                [FlowAttribute.SourceClass, FlowAttribute.DestClass, FlowAttribute.FlowClass, FlowAttribute.FlowKind]
        )
        {
            if (flow.Number(each) is not 0 and var number)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{FlowAttributes.Get(each).Name} {number}"));
        }
        return parts.Count > 0 ? string.Join(' ', parts) : "all";
    }

    private static string Side(in FlowSnapshot flow, FlowAttribute peer, FlowAttribute adjacent, int type, ushort port)
    {
        var address =
            type != 0 ? FlowText.Format(peer, flow.ValueOf(peer))
            : flow.Octets(adjacent).ContainsAnyExcept((byte)0) ? FlowText.Format(adjacent, flow.ValueOf(adjacent))
            : "*";
        if (port == 0)
            return address;
        if (type == 2)
            address = $"[{address}]";
        return string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
    }

    private static string NameOf(byte protocol) =>
        protocol switch
        {
            1 => "icmp",
            6 => "tcp",
            17 => "udp",
            58 => "icmpv6",
            _ => string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}"),
        };
}
