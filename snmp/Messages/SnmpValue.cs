using System.Globalization;
using System.Text;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Messages;

/// <summary>A value of a varbind: an SMI syntax and its content (RFC 3416 §3 ObjectSyntax and the exceptions).</summary>
/// <remarks>For clients and SET. Responses are written straight into the message by <see cref="Mib.VarBindWriter"/>.</remarks>
public readonly struct SnmpValue : IEquatable<SnmpValue>
{
    private readonly ulong _number;
    private readonly object? _content; // byte[] for strings, uint[] for object identifiers

    private SnmpValue(BerTag tag, ulong number, object? content) => (Tag, _number, _content) = (tag, number, content);

    public BerTag Tag { get; }

    public static SnmpValue Integer(long value) => new(BerTag.Integer, (ulong)value, null);

    public static SnmpValue OctetString(ReadOnlySpan<byte> octets) => new(BerTag.OctetString, 0, octets.ToArray());

    public static SnmpValue OctetString(string text) => new(BerTag.OctetString, 0, Encoding.UTF8.GetBytes(text));

    public static SnmpValue Oid(ObjectIdentifier oid) => new(BerTag.ObjectIdentifier, 0, oid.Span.ToArray());

    public static SnmpValue IpAddress(ReadOnlySpan<byte> octets) => new(BerTag.IpAddress, 0, octets.ToArray());

    public static SnmpValue Opaque(ReadOnlySpan<byte> octets) => new(BerTag.Opaque, 0, octets.ToArray());

    public static SnmpValue Counter32(uint value) => new(BerTag.Counter32, value, null);

    public static SnmpValue Unsigned32(uint value) => new(BerTag.Unsigned32, value, null);

    public static SnmpValue TimeTicks(uint hundredths) => new(BerTag.TimeTicks, hundredths, null);

    public static SnmpValue Counter64(ulong value) => new(BerTag.Counter64, value, null);

    /// <summary>Null, noSuchObject, noSuchInstance or endOfMibView.</summary>
    public static SnmpValue Empty(BerTag tag) => new(tag, 0, null);

    public static SnmpValue Null { get; } = Empty(BerTag.Null);

    /// <summary>True for noSuchObject, noSuchInstance and endOfMibView.</summary>
    public bool IsException => Tag is BerTag.NoSuchObject or BerTag.NoSuchInstance or BerTag.EndOfMibView;

    /// <summary>The value of an Integer.</summary>
    public long Signed => (long)_number;

    /// <summary>The value of a counter, an Unsigned32 or TimeTicks; an Integer's bits.</summary>
    public ulong Number => _number;

    /// <summary>The octets of an OctetString, IpAddress or Opaque; empty for other syntaxes.</summary>
    public ReadOnlySpan<byte> Octets => _content as byte[];

    /// <summary>The value of an ObjectIdentifier; empty for other syntaxes.</summary>
    public ObjectIdentifier ObjectIdentifier => new(_content as uint[]);

    /// <summary>The octets of a string as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Octets);

    /// <summary>Reads a value from its content octets.</summary>
    /// <returns>False where they do not fit the syntax, or there is no such syntax.</returns>
    public static bool TryRead(BerTag tag, ReadOnlySpan<byte> content, out SnmpValue value)
    {
        value = Null;
        switch (tag)
        {
            case BerTag.Integer:
                return TryReadInteger(content, out value);
            case BerTag.OctetString or BerTag.Opaque:
                value = new(tag, 0, content.ToArray());
                return true;
            case BerTag.IpAddress:
                value = new(tag, 0, content.ToArray());
                return content.Length == 4;
            case BerTag.ObjectIdentifier:
                OidBuffer name = default;
                if (!BerReader.TryReadOid(content, ref name))
                    return false;
                value = new(tag, 0, name.Span.ToArray());
                return true;
            case BerTag.Counter32 or BerTag.Unsigned32 or BerTag.TimeTicks or BerTag.Counter64:
                return TryReadUnsigned(tag, content, out value);
            case BerTag.Null or BerTag.NoSuchObject or BerTag.NoSuchInstance or BerTag.EndOfMibView:
                value = Empty(tag);
                return content.IsEmpty;
            default:
                return false;
        }
    }

    public void WriteTo(ref BerWriter writer)
    {
        switch (Tag)
        {
            case BerTag.Integer:
                writer.Integer(Signed);
                break;
            case BerTag.OctetString or BerTag.IpAddress or BerTag.Opaque:
                writer.OctetString(Octets, (byte)Tag);
                break;
            case BerTag.ObjectIdentifier:
                writer.Oid(_content as uint[]);
                break;
            case BerTag.Counter32 or BerTag.Unsigned32 or BerTag.TimeTicks or BerTag.Counter64:
                writer.Unsigned(_number, Tag);
                break;
            default:
                writer.Empty(Tag);
                break;
        }
    }

    private static bool TryReadInteger(ReadOnlySpan<byte> content, out SnmpValue value)
    {
        var isRead = BerReader.TryReadInteger(content, out var number);
        value = Integer(number);
        return isRead;
    }

    private static bool TryReadUnsigned(BerTag tag, ReadOnlySpan<byte> content, out SnmpValue value)
    {
        var isRead = BerReader.TryReadUnsigned(content, tag, out var number);
        value = new(tag, number, null);
        return isRead;
    }

    public bool Equals(SnmpValue other) =>
        Tag == other.Tag
        && _number == other._number
        && Octets.SequenceEqual(other.Octets)
        && (_content as uint[]).AsSpan().SequenceEqual(other._content as uint[]);

    public override bool Equals(object? obj) => obj is SnmpValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Tag, _number, Octets.Length);

    public override string ToString() =>
        Tag switch
        {
            BerTag.Integer => Signed.ToString(CultureInfo.InvariantCulture),
            BerTag.OctetString or BerTag.Opaque => Convert.ToHexString(Octets),
            BerTag.IpAddress when Octets.Length == 4 => new System.Net.IPAddress(Octets).ToString(),
            BerTag.IpAddress => Convert.ToHexString(Octets),
            BerTag.ObjectIdentifier => ObjectIdentifier.ToString(),
            BerTag.Counter32 or BerTag.Unsigned32 or BerTag.TimeTicks or BerTag.Counter64 => _number.ToString(CultureInfo.InvariantCulture),
            _ => Tag.ToString(),
        };

    public static bool operator ==(SnmpValue left, SnmpValue right) => left.Equals(right);

    public static bool operator !=(SnmpValue left, SnmpValue right) => !left.Equals(right);
}
