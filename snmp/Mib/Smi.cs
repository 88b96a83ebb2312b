using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>The syntax of an object: its type on the wire, what it accepts, and the .NET type behind it.</summary>
/// <param name="Tag">The type on the wire; another one in a SET is wrongType.</param>
/// <param name="Encode">Value to wire.</param>
/// <param name="Check">WrongLength, WrongEncoding or WrongValue for a value of the right type that the syntax excludes.</param>
/// <param name="Decode">Wire to value, for values that passed.</param>
/// <remarks>Written through <see cref="Write"/> where it is answered: text and octets go into the message without an array for each.</remarks>
public sealed record Smi<T>(BerTag Tag, Func<T, SnmpValue> Encode, Func<SnmpValue, ErrorStatus> Check, Func<SnmpValue, T> Decode)
{
    /// <summary>A shorter way than <see cref="Encode"/>, where there is one.</summary>
    internal WriteValue<T>? Direct { get; init; }

    /// <summary>Writes a varbind with the value.</summary>
    internal void Write(scoped ReadOnlySpan<uint> name, T value, ref VarBindWriter response)
    {
        if (Direct is null)
            response.Value(name, Encode(value));
        else
            Direct(name, value, ref response);
    }

    /// <summary>Steps (3) to (6) of RFC 3416 §4.2.5 for one value.</summary>
    public ErrorStatus Test(in SnmpValue value) => value.Tag == Tag ? Check(value) : ErrorStatus.WrongType;
}

/// <summary>Writes a varbind with a value of some syntax.</summary>
internal delegate void WriteValue<in T>(scoped ReadOnlySpan<uint> name, T value, ref VarBindWriter response);

/// <summary>The syntaxes that MIB modules use (RFC 2578 §7.1, RFC 2579).</summary>
public static class Smi
{
    public static Smi<int> Integer32 { get; } = Range(int.MinValue, int.MaxValue);

    public static Smi<uint> Counter32 { get; } = Unsigned(BerTag.Counter32);

    public static Smi<uint> Gauge32 { get; } = Unsigned(BerTag.Unsigned32);

    /// <summary>Hundredths of a second (TimeStamp, TimeTicks).</summary>
    public static Smi<uint> TimeTicks { get; } = Unsigned(BerTag.TimeTicks);

    public static Smi<ulong> Counter64 { get; } = new(BerTag.Counter64, SnmpValue.Counter64, _ => ErrorStatus.NoError, value => value.Number);

    /// <summary>true(1) or false(2).</summary>
    public static Smi<bool> TruthValue { get; } =
        new(BerTag.Integer, value => SnmpValue.Integer(value ? 1 : 2), value => InRange(value, 1, 2), value => value.Signed == 1);

    /// <summary>Any object identifier (AutonomousType, RowPointer, TDomain).</summary>
    public static Smi<ObjectIdentifier> Oid { get; } =
        new(BerTag.ObjectIdentifier, SnmpValue.Oid, _ => ErrorStatus.NoError, value => value.ObjectIdentifier)
        {
            Direct = (scoped name, value, ref response) => response.Oid(name, value.Span),
        };

    /// <summary>Integer32 or an enumeration between two bounds, both allowed.</summary>
    public static Smi<int> Range(int lowest, int highest) =>
        new(BerTag.Integer, value => SnmpValue.Integer(value), value => InRange(value, lowest, highest), value => (int)value.Signed);

    /// <summary>OCTET STRING of a length between two bounds, both allowed.</summary>
    public static Smi<byte[]> Octets(int shortest, int longest) =>
        new(
            BerTag.OctetString,
            octets => SnmpValue.OctetString(octets),
            value => HasLength(value, shortest, longest),
            value => value.Octets.ToArray()
        )
        {
            Direct = (scoped name, value, ref response) => response.OctetString(name, value),
        };

    /// <summary>UTF-8 text of at most <paramref name="longest"/> octets (SnmpAdminString, UTF8OwnerString).</summary>
    public static Smi<string> Utf8(int longest) =>
        new(
            BerTag.OctetString,
            SnmpValue.OctetString,
            value => HasLength(value, 0, longest) is var status && status != ErrorStatus.NoError ? status : IsUtf8(value),
            value => value.Text
        )
        {
            Direct = (scoped name, value, ref response) => response.Utf8(name, value),
        };

    private static Smi<uint> Unsigned(BerTag tag) =>
        new(
            tag,
            value =>
                tag == BerTag.Counter32 ? SnmpValue.Counter32(value)
                : tag == BerTag.TimeTicks ? SnmpValue.TimeTicks(value)
                : SnmpValue.Unsigned32(value),
            _ => ErrorStatus.NoError,
            value => (uint)value.Number
        );

    private static ErrorStatus InRange(in SnmpValue value, long lowest, long highest) =>
        value.Signed >= lowest && value.Signed <= highest ? ErrorStatus.NoError : ErrorStatus.WrongValue;

    private static ErrorStatus HasLength(in SnmpValue value, int shortest, int longest) =>
        value.Octets.Length >= shortest && value.Octets.Length <= longest ? ErrorStatus.NoError : ErrorStatus.WrongLength;

    private static ErrorStatus IsUtf8(in SnmpValue value) =>
        System.Text.Unicode.Utf8.IsValid(value.Octets) ? ErrorStatus.NoError : ErrorStatus.WrongValue;
}
