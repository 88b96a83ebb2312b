using System.Buffers.Binary;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.AgentX;

/// <summary>Writes a PDU into a caller's buffer, in either byte order (RFC 2741 §5, §6). What does not fit sets <see cref="Overflowed"/>.</summary>
internal ref struct AgentXWriter
{
    private readonly Span<byte> _buffer;
    private readonly bool _isNetworkByteOrder;

    /// <param name="buffer">Of at least a header's length.</param>
    /// <param name="header">Its payload length is filled in by <see cref="End"/>.</param>
    public AgentXWriter(Span<byte> buffer, scoped in AgentXHeader header)
    {
        _buffer = buffer;
        _isNetworkByteOrder = header.IsNetworkByteOrder;
        buffer[0] = AgentXHeader.Version;
        buffer[1] = (byte)header.Type;
        buffer[2] = header.Flags;
        buffer[3] = 0;
        Position = 4;
        Number(header.SessionId);
        Number(header.TransactionId);
        Number(header.PacketId);
        Number(0);
    }

    /// <summary>Octets written so far.</summary>
    public int Position { get; private set; }

    /// <summary>True once something did not fit.</summary>
    public bool Overflowed { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Position];

    /// <summary>Takes back everything after <paramref name="position"/>, and the overflow.</summary>
    public void Rewind(int position)
    {
        Position = position;
        Overflowed = false;
    }

    /// <summary>Fills the length in.</summary>
    /// <returns>The length of the whole PDU.</returns>
    public int End()
    {
        var end = Position;
        Position = AgentXHeader.Length - 4;
        Number((uint)(end - AgentXHeader.Length));
        return Position = end;
    }

    public void Number(uint value)
    {
        if (!Reserve(4))
            return;
        if (_isNetworkByteOrder)
            BinaryPrimitives.WriteUInt32BigEndian(_buffer[Position..], value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Position..], value);
        Position += 4;
    }

    public void Short(ushort value)
    {
        if (!Reserve(2))
            return;
        if (_isNetworkByteOrder)
            BinaryPrimitives.WriteUInt16BigEndian(_buffer[Position..], value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Position..], value);
        Position += 2;
    }

    /// <summary>Four octets, as they stand in many PDUs before an object identifier.</summary>
    public void Octets(byte first, byte second = 0, byte third = 0, byte fourth = 0)
    {
        if (!Reserve(4))
            return;
        _buffer[Position++] = first;
        _buffer[Position++] = second;
        _buffer[Position++] = third;
        _buffer[Position++] = fourth;
    }

    /// <summary>An object identifier (§5.1); what begins with 1.3.6.1.x is shortened by that.</summary>
    /// <param name="include">Whether a search that begins there may find the name itself (§5.2).</param>
    public void Oid(scoped ReadOnlySpan<uint> name, bool include = false)
    {
        var prefix = name is [1, 3, 6, 1, > 0 and <= byte.MaxValue, ..] ? name[4] : 0;
        if (prefix != 0)
            name = name[5..];
        Octets((byte)name.Length, (byte)prefix, include ? (byte)1 : (byte)0);
        foreach (var each in name)
            Number(each);
    }

    /// <summary>An octet string (§5.3).</summary>
    public void OctetString(scoped ReadOnlySpan<byte> octets)
    {
        Number((uint)octets.Length);
        var padding = -octets.Length & 3;
        if (!Reserve(octets.Length + padding))
            return;
        octets.CopyTo(_buffer[Position..]);
        _buffer.Slice(Position + octets.Length, padding).Clear();
        Position += octets.Length + padding;
    }

    public void VarBind(in VarBind varBind)
    {
        Span<byte> content = new byte[16 + 5 * varBind.Value.ObjectIdentifier.Length + varBind.Value.Octets.Length];
        var writer = new BerWriter(content);
        varBind.Value.WriteTo(ref writer);
        var reader = new BerReader(writer.Written);
        var value = reader.Any(out var tag);
        VarBind(varBind.Name.Span, (BerTag)tag, value);
    }

    /// <summary>The one varbind that a provider wrote, in the other encoding.</summary>
    public void VarBind(scoped ref VarBindWriter written)
    {
        Overflowed |= written.Ber.Overflowed;
        var reader = new BerReader(written.Ber.Written);
        reader.Enter();
        reader.Any(out _);
        var value = reader.Any(out var tag);
        VarBind(written.LastName, (BerTag)tag, value);
    }

    /// <summary>A varbind without a value: Null or one of the exceptions.</summary>
    public void Empty(scoped ReadOnlySpan<uint> name, BerTag tag) => VarBind(name, tag, []);

    /// <param name="content">The value's content octets in BER.</param>
    private void VarBind(scoped ReadOnlySpan<uint> name, BerTag tag, scoped ReadOnlySpan<byte> content)
    {
        Short((ushort)tag);
        Short(0);
        Oid(name);
        switch (tag)
        {
            case BerTag.Integer:
                BerReader.TryReadInteger(content, out var signed);
                Number((uint)signed);
                break;
            case BerTag.Counter32 or BerTag.Unsigned32 or BerTag.TimeTicks:
                BerReader.TryReadUnsigned(content, tag, out var unsigned);
                Number((uint)unsigned);
                break;
            case BerTag.Counter64:
                BerReader.TryReadUnsigned(content, tag, out var counter);
                // The more significant half comes first or last, as in its octets.
                Number((uint)(_isNetworkByteOrder ? counter >> 32 : counter));
                Number((uint)(_isNetworkByteOrder ? counter : counter >> 32));
                break;
            case BerTag.OctetString or BerTag.IpAddress or BerTag.Opaque:
                OctetString(content);
                break;
            case BerTag.ObjectIdentifier:
                OidBuffer oid = default;
                BerReader.TryReadOid(content, ref oid);
                Oid(oid.Span);
                break;
        }
    }

    private bool Reserve(int octets)
    {
        if (!Overflowed && octets <= _buffer.Length - Position)
            return true;
        Overflowed = true;
        return false;
    }
}
