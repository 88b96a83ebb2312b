using System.Runtime.InteropServices;

namespace Rtfm.Agent.Mib.Host;

/// <summary>An IP address of the machine as the kernel tells of it (rtnetlink(7), RTM_NEWADDR).</summary>
internal sealed record IpAddressEntry
{
    public const int HeaderLength = 8;

    private const byte InterNetwork = 2;
    private const byte InterNetworkV6 = 10;
    private const uint Temporary = 0x01;
    private const uint Optimistic = 0x04;
    private const uint Duplicate = 0x08;
    private const uint Deprecated = 0x20;
    private const uint Tentative = 0x40;
    private const uint Permanent = 0x80;

    /// <summary>4 or 16 octets.</summary>
    public byte[] Address { get; private set; } = [];

    public byte PrefixLength { get; private init; }

    public int IfIndex { get; private init; }

    /// <summary>The least bit of its broadcast address: ipAdEntBcastAddr.</summary>
    public int BroadcastBit { get; private set; }

    /// <summary>Hundredths of a second from the boot to when it was made, and to when it was changed.</summary>
    public (uint Created, uint Changed) Times { get; private set; }

    /// <summary>Seconds that it is preferred, and that it is valid, for; the greatest number: for ever.</summary>
    public (uint Preferred, uint Valid) Lifetimes { get; private set; } = (uint.MaxValue, uint.MaxValue);

    private uint Flags { get; set; }

    public bool IsV6 => Address.Length == 16;

    /// <summary>fe80::/10: the same one may be at several interfaces.</summary>
    public bool IsLinkLocal => IsV6 && Address[0] == 0xFE && (Address[1] & 0xC0) == 0x80;

    /// <summary>As an IpAddress.</summary>
    public byte[] Mask =>
        BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder((int)(PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength))));

    /// <summary>IpAddressOriginTC (RFC 4293): manual(2), dhcp(4), linklayer(5), random(6). An IPv4 address that expires came from DHCP.</summary>
    public int Origin =>
        (Flags & Temporary) != 0 && IsV6 ? 6
        : IsLinkLocal ? 5
        : (Flags & Permanent) != 0 ? 2
        : IsV6 ? 5
        : 4;

    /// <summary>IpAddressPrefixOriginTC (RFC 4293): manual(2), wellknown(3), dhcp(4), routeradv(5).</summary>
    public int PrefixOrigin =>
        IsLinkLocal ? 3
        : (Flags & Permanent) != 0 ? 2
        : IsV6 ? 5
        : 4;

    /// <summary>IpAddressStatusTC (RFC 4293): preferred(1), deprecated(2), tentative(6), duplicate(7), optimistic(8).</summary>
    public int Status =>
        (Flags & Duplicate) != 0 ? 7
        : (Flags & Optimistic) != 0 ? 8
        : (Flags & Tentative) != 0 ? 6
        : (Flags & Deprecated) != 0 ? 2
        : 1;

    /// <summary>InetAddressType, length and octets: what ipAddressTable has as index (RFC 4001). An address that needs it has its zone, the ifIndex.</summary>
    public uint[] Index => IndexOf(Address);

    /// <summary>What ipAddressPrefixTable has as index: interface, network and its length.</summary>
    public uint[] PrefixIndex
    {
        get
        {
            var network = (byte[])Address.Clone();
            for (var i = 0; i < network.Length; i++)
                network[i] &= (byte)~(0xFF >> Math.Clamp(PrefixLength - 8 * i, 0, 8));
            return [(uint)IfIndex, .. IndexOf(network), PrefixLength];
        }
    }

    /// <returns>Null where the message is none of an IP address.</returns>
    public static IpAddressEntry? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength || message[0] is not (InterNetwork or InterNetworkV6))
            return null;
        var entry = new IpAddressEntry
        {
            PrefixLength = Math.Min(message[1], message[0] == InterNetwork ? (byte)32 : (byte)128),
            Flags = message[2],
            IfIndex = MemoryMarshal.Read<int>(message[4..]),
        };
        byte[]? local = null;
        byte[] peer = [];
        var rest = message[HeaderLength..];
        while (Netlink.TryAttribute(ref rest, out var type, out var value))
        {
            switch (type)
            {
                case 1:
                    peer = value.ToArray();
                    break;
                case 2:
                    local = value.ToArray();
                    break;
                case 4 when value.Length == 4:
                    entry.BroadcastBit = value[3] & 1;
                    break;
                case 6 when value.Length >= 16:
                    entry.Lifetimes = (MemoryMarshal.Read<uint>(value), MemoryMarshal.Read<uint>(value[4..]));
                    entry.Times = (MemoryMarshal.Read<uint>(value[8..]), MemoryMarshal.Read<uint>(value[12..]));
                    break;
                case 8:
                    entry.Flags = Netlink.Number(value);
                    break;
            }
        }
        // On a point-to-point link the first is the other end's.
        entry.Address = local ?? peer;
        return entry.Address.Length == (message[0] == InterNetwork ? 4 : 16) ? entry : null;
    }

    private uint[] IndexOf(ReadOnlySpan<byte> address)
    {
        var index = new List<uint>
        {
            IsLinkLocal ? 4u
            : IsV6 ? 2u
            : 1u,
            (uint)(address.Length + (IsLinkLocal ? 4 : 0)),
        };
        foreach (var octet in address)
            index.Add(octet);
        if (IsLinkLocal)
            index.AddRange([(uint)IfIndex >> 24 & 0xFF, (uint)IfIndex >> 16 & 0xFF, (uint)IfIndex >> 8 & 0xFF, (uint)IfIndex & 0xFF]);
        return [.. index];
    }
}
