using System.Runtime.InteropServices;
using System.Text;

namespace Rtfm.Agent.Mib.Host;

/// <summary>A network interface as the kernel tells of it at one moment (rtnetlink(7), RTM_NEWLINK).</summary>
internal sealed record Link
{
    public const int HeaderLength = 16;

    private const uint Up = 0x1;
    private const uint Running = 0x40;

    /// <summary>The kernel's number of it: ifIndex.</summary>
    public int Index { get; private init; }

    public string Name { get; private set; } = "";

    public byte[] NameOctets { get; private set; } = [];

    /// <summary>What an operator calls it: ifAlias.</summary>
    public byte[] Alias { get; private set; } = [];

    /// <summary>Its MAC address, where it has one.</summary>
    public byte[] Address { get; private set; } = [];

    /// <summary>ARPHRD_ number.</summary>
    public int HardwareType { get; private init; }

    /// <summary>vlan, bridge, bond, veth …; empty for hardware.</summary>
    public string Kind { get; private set; } = "";

    public uint Flags { get; private init; }

    /// <summary>Octets.</summary>
    public int Mtu { get; private set; }

    /// <summary>The interface it runs over or is paired with; 0: none.</summary>
    public int Lower { get; private set; }

    /// <summary>The bridge or bond it is part of; 0: none.</summary>
    public int Master { get; private set; }

    /// <summary>Those who want all packets of it.</summary>
    public uint Promiscuity { get; private set; }

    /// <summary>How often the carrier came or went.</summary>
    public uint CarrierChanges { get; private set; }

    public LinkStatistics Statistics { get; private set; }

    /// <summary>Mbit/s; 0 where the interface has no speed, or does not know it.</summary>
    public uint SpeedMegabits { get; init; }

    /// <summary>IANAifType.</summary>
    public int Type { get; init; }

    /// <summary>There is hardware behind it.</summary>
    public bool HasDevice { get; init; }

    /// <summary>Uptime, in hundredths of a second, at which its operational status came to be; 0: before the agent.</summary>
    public uint LastChange { get; init; }

    /// <summary>Uptime at which it was found; 0: it was there before the agent.</summary>
    public uint Since { get; init; }

    public bool IsAdminUp => (Flags & Up) != 0;

    /// <summary>RFC 2863 §3.1.13.</summary>
    public OperStatus Status { get; private set; }

    /// <returns>Null where the message is none of a link.</returns>
    public static Link? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength)
            return null;
        var link = new Link
        {
            HardwareType = MemoryMarshal.Read<ushort>(message[2..]),
            Index = MemoryMarshal.Read<int>(message[4..]),
            Flags = MemoryMarshal.Read<uint>(message[8..]),
        };
        var state = 0u;
        var rest = message[HeaderLength..];
        while (Netlink.TryAttribute(ref rest, out var type, out var value))
        {
            if (type == 16)
                state = Netlink.Number(value);
            else
                link.Take(type, value);
        }
        link.Status = StatusOf(link.Flags, state);
        return link.Index > 0 ? link : null;
    }

    private void Take(int type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case 1:
                // An address of zeros, as loopback's, is none.
                Address = value.ContainsAnyExcept((byte)0) ? value.ToArray() : [];
                break;
            case 3:
                NameOctets = value.TrimEnd((byte)0).ToArray();
                Name = Encoding.UTF8.GetString(NameOctets);
                break;
            case 4:
                Mtu = (int)Math.Min(Netlink.Number(value), int.MaxValue);
                break;
            case 5:
                Lower = (int)Netlink.Number(value);
                break;
            case 10:
                Master = (int)Netlink.Number(value);
                break;
            case 18:
                while (Netlink.TryAttribute(ref value, out var inner, out var content))
                    Kind = inner == 1 ? Encoding.ASCII.GetString(content.TrimEnd((byte)0)) : Kind;
                break;
            case 20:
                var alias = value.TrimEnd((byte)0);
                Alias = alias[..Math.Min(alias.Length, 64)].ToArray(); // ifAlias has 64 octets
                break;
            case 23 when value.Length >= Marshal.SizeOf<LinkStatistics>():
                Statistics = MemoryMarshal.Read<LinkStatistics>(value);
                break;
            case 30:
                Promiscuity = Netlink.Number(value);
                break;
            case 35:
                CarrierChanges = Netlink.Number(value);
                break;
        }
    }

    /// <summary>From RFC 2863's state machine as the kernel keeps it; drivers that do not take part leave it unknown, and then "running" tells.</summary>
    private static OperStatus StatusOf(uint flags, uint state) =>
        state switch
        {
            1 => OperStatus.NotPresent,
            _ when (flags & Up) == 0 => OperStatus.Down,
            2 => OperStatus.Down,
            3 => OperStatus.LowerLayerDown,
            4 => OperStatus.Testing,
            5 => OperStatus.Dormant,
            6 => OperStatus.Up,
            _ => (flags & Running) != 0 ? OperStatus.Up : OperStatus.Down,
        };
}

/// <summary>ifOperStatus.</summary>
internal enum OperStatus
{
    Up = 1,
    Down,
    Testing,
    Unknown,
    Dormant,
    NotPresent,
    LowerLayerDown,
}

/// <summary>The beginning of struct rtnl_link_stats64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct LinkStatistics
{
    public readonly ulong InPackets;
    public readonly ulong OutPackets;
    public readonly ulong InOctets;
    public readonly ulong OutOctets;
    public readonly ulong InErrors;
    public readonly ulong OutErrors;
    public readonly ulong InDropped;
    public readonly ulong OutDropped;
    public readonly ulong InMulticast;
}
