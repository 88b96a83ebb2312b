using System.Buffers.Binary;
using System.Net.Sockets;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Security;

/// <summary>Where a message came from.</summary>
/// <param name="address">The transport address in the system's form (sockaddr); empty where there is none, as in tests.</param>
/// <param name="transport">How it came.</param>
/// <param name="securityName">Who sent it, where the transport says so (RFC 5590 §5.2 tmSecurityName), at level authPriv.</param>
public readonly ref struct Requester(ReadOnlySpan<byte> address, TransportKind transport = TransportKind.Udp, string? securityName = null)
{
    public ReadOnlySpan<byte> Address { get; } = address;

    public TransportKind Transport { get; } = transport;

    public string? SecurityName { get; } = securityName;

    /// <summary>The octets of the IP address; empty where it is none.</summary>
    public ReadOnlySpan<byte> IpAddress =>
        Address.Length >= 16 && Family == AddressFamily.InterNetwork ? Address.Slice(4, 4)
        : Address.Length >= 24 && Family == AddressFamily.InterNetworkV6 ? Address.Slice(8, 16)
        : [];

    /// <summary>True for a sender on this machine, and where there is no address.</summary>
    public bool IsLoopback
    {
        get
        {
            var octets = IpAddress;
            return octets.IsEmpty || (octets.Length == 4 ? octets[0] == 127 : octets[15] == 1 && octets[..15].IndexOfAnyExcept((byte)0) < 0);
        }
    }

    private AddressFamily Family => BinaryPrimitives.ReadUInt16LittleEndian(Address) is 2 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <summary>Is this address, with its port, that of a target (snmpTargetAddrTAddress: address, then port)?</summary>
    /// <param name="mask">Which bits count; empty: all.</param>
    public bool Matches(ReadOnlySpan<byte> target, ReadOnlySpan<byte> mask)
    {
        var address = IpAddress;
        if (address.IsEmpty || target.Length != address.Length + 2)
            return false;
        Span<byte> own = stackalloc byte[18];
        address.CopyTo(own);
        // The port follows the family in both forms.
        Address.Slice(2, 2).CopyTo(own[address.Length..]);
        for (var i = 0; i < target.Length; i++)
        {
            var bits =
                mask.IsEmpty ? 0xFF
                : i < mask.Length ? mask[i]
                : 0;
            if (((own[i] ^ target[i]) & bits) != 0)
                return false;
        }
        return true;
    }
}
