using System.Buffers.Binary;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.AgentX;

/// <summary>Reads what stands behind a PDU's header, in either byte order (RFC 2741 §5). After a failure every read gives a default.</summary>
internal ref struct AgentXReader(ReadOnlySpan<byte> input, bool isNetworkByteOrder)
{
    private ReadOnlySpan<byte> _left = input;

    /// <summary>True once something did not fit.</summary>
    public bool Failed { get; private set; }

    public readonly bool IsAtEnd => Failed || _left.IsEmpty;

    public uint Number()
    {
        var octets = Take(4);
        return Failed ? 0
            : isNetworkByteOrder ? BinaryPrimitives.ReadUInt32BigEndian(octets)
            : BinaryPrimitives.ReadUInt32LittleEndian(octets);
    }

    public ushort Short()
    {
        var octets = Take(2);
        return Failed ? (ushort)0
            : isNetworkByteOrder ? BinaryPrimitives.ReadUInt16BigEndian(octets)
            : BinaryPrimitives.ReadUInt16LittleEndian(octets);
    }

    /// <summary>An object identifier (§5.1).</summary>
    /// <param name="include">Whether a search that begins there may find the name itself (§5.2).</param>
    public void Oid(ref OidBuffer name, out bool include)
    {
        name.Truncate(0);
        include = false;
        var header = Take(4);
        if (Failed)
            return;
        int count = header[0];
        include = header[2] != 0;
        if (header[1] != 0)
            name.TryAppend(1, 3, 6, 1, header[1]);
        for (var i = 0; i < count && !Failed; i++)
        {
            if (!name.TryAppend(Number()))
                Failed = true;
        }
    }

    /// <summary>An octet string (§5.3); it stays in the input.</summary>
    public ReadOnlySpan<byte> OctetString()
    {
        var length = Number();
        if (length > (uint)_left.Length)
            Failed = true;
        var octets = Take((int)length);
        Take(-(int)length & 3);
        return Failed ? default : octets;
    }

    /// <summary>A name and its value (§5.4).</summary>
    public VarBind VarBind()
    {
        var tag = (BerTag)Short();
        Short();
        OidBuffer name = default;
        Oid(ref name, out _);
        var value = Value(tag);
        return Failed ? default : new(new ObjectIdentifier(name.Span), value);
    }

    private SnmpValue Value(BerTag tag)
    {
        switch (tag)
        {
            case BerTag.Integer:
                return SnmpValue.Integer((int)Number());
            case BerTag.Counter32:
                return SnmpValue.Counter32(Number());
            case BerTag.Unsigned32:
                return SnmpValue.Unsigned32(Number());
            case BerTag.TimeTicks:
                return SnmpValue.TimeTicks(Number());
            case BerTag.Counter64:
                var octets = Take(8);
                return Failed
                    ? default
                    : SnmpValue.Counter64(
                        isNetworkByteOrder ? BinaryPrimitives.ReadUInt64BigEndian(octets) : BinaryPrimitives.ReadUInt64LittleEndian(octets)
                    );
            case BerTag.OctetString:
                return SnmpValue.OctetString(OctetString());
            case BerTag.IpAddress:
                return SnmpValue.IpAddress(OctetString());
            case BerTag.Opaque:
                return SnmpValue.Opaque(OctetString());
            case BerTag.ObjectIdentifier:
                OidBuffer oid = default;
                Oid(ref oid, out _);
                // §5.1: none at all means 0.0. What SNMP cannot say is no value (X.690 §8.19.4).
                if (oid.Length == 0)
                    oid.TryAppend(0, 0);
                Failed |= oid.Span is not ([0 or 1, < 40, ..] or [2, _, ..]);
                return SnmpValue.Oid(new ObjectIdentifier(oid.Span));
            case BerTag.Null or BerTag.NoSuchObject or BerTag.NoSuchInstance or BerTag.EndOfMibView:
                return SnmpValue.Empty(tag);
            default:
                Failed = true;
                return default;
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count > _left.Length)
        {
            Failed = true;
            return default;
        }
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
