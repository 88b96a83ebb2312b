using System.Diagnostics.CodeAnalysis;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>Where providers put their answers: each call writes one whole varbind into the response.</summary>
/// <remarks>
/// The engine reads back the last name (GETBULK goes on from it) and syntax (SNMPv1 has no Counter64), and rewinds what did not fit.
/// </remarks>
public ref struct VarBindWriter(BerWriter ber)
{
    private BerWriter _ber = ber;
    private OidBuffer _lastName;

    /// <summary>Where the content of the last name lies in the response; its end is 0 where it lies nowhere.</summary>
    private int _lastNameStart;
    private int _lastNameEnd;

    /// <summary>The writer underneath, for the engine.</summary>
    [UnscopedRef]
    public ref BerWriter Ber => ref _ber;

    /// <summary>The name of the varbind written last.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<uint> LastName => _lastName.Span;

    /// <summary>The syntax of the value written last.</summary>
    public BerTag LastTag { get; private set; }

    public void Integer(scoped ReadOnlySpan<uint> name, long value)
    {
        var mark = Begin(name, BerTag.Integer);
        _ber.Integer(value);
        End(mark);
    }

    /// <param name="tag">OctetString, IpAddress or Opaque.</param>
    public void OctetString(scoped ReadOnlySpan<uint> name, scoped ReadOnlySpan<byte> octets, BerTag tag = BerTag.OctetString)
    {
        var mark = Begin(name, tag, octets.Length);
        _ber.OctetString(octets, (byte)tag);
        End(mark);
    }

    /// <summary>Text as an OCTET STRING of UTF-8.</summary>
    public void Utf8(scoped ReadOnlySpan<uint> name, string text)
    {
        var mark = Begin(name, BerTag.OctetString, text.Length);
        _ber.Utf8(text);
        End(mark);
    }

    public void Oid(scoped ReadOnlySpan<uint> name, scoped ReadOnlySpan<uint> value)
    {
        var mark = Begin(name, BerTag.ObjectIdentifier);
        _ber.Oid(value);
        End(mark);
    }

    public void Counter32(scoped ReadOnlySpan<uint> name, uint value) => Unsigned(name, value, BerTag.Counter32);

    public void Unsigned32(scoped ReadOnlySpan<uint> name, uint value) => Unsigned(name, value, BerTag.Unsigned32);

    public void TimeTicks(scoped ReadOnlySpan<uint> name, uint hundredths) => Unsigned(name, hundredths, BerTag.TimeTicks);

    public void Counter64(scoped ReadOnlySpan<uint> name, ulong value) => Unsigned(name, value, BerTag.Counter64);

    /// <summary>Null, noSuchObject, noSuchInstance or endOfMibView.</summary>
    public void Empty(scoped ReadOnlySpan<uint> name, BerTag tag)
    {
        var mark = Begin(name, tag);
        _ber.Empty(tag);
        End(mark);
    }

    public void Value(scoped ReadOnlySpan<uint> name, scoped in SnmpValue value)
    {
        var mark = Begin(name, value.Tag);
        value.WriteTo(ref _ber);
        End(mark);
    }

    private void Unsigned(scoped ReadOnlySpan<uint> name, ulong value, BerTag tag)
    {
        var mark = Begin(name, tag);
        _ber.Unsigned(value, tag);
        End(mark);
    }

    /// <summary>The header of the varbind may come out longer or shorter than was expected: then the name moves.</summary>
    private void End(BerMark mark)
    {
        var end = _ber.Position;
        _ber.End(mark);
        if (_lastNameEnd > 0)
            (_lastNameStart, _lastNameEnd) = (_lastNameStart + _ber.Position - end, _lastNameEnd + _ber.Position - end);
    }

    /// <param name="length">About how long the value is: right, it saves moving it.</param>
    private BerMark Begin(scoped ReadOnlySpan<uint> name, BerTag tag, int length = 0)
    {
        LastTag = tag;
        var expected = length + name.Length;
        var mark = _ber.Begin(
            (byte)BerTag.Sequence,
            expected < 0x78 ? 1
                : expected < 0xF0 ? 2
                : 3
        );
        // The rows of a column differ in the end of their names only. What was taken back since is not there any more.
        var isBeside = _lastNameEnd > 0 && _lastNameEnd <= _ber.Position && name.Length > 2 && name[..^1].SequenceEqual(_lastName.Span[..^1]);
        if (isBeside)
            _ber.OidBeside(_lastNameStart, _lastNameEnd, _lastName.Span[^1], name[^1]);
        else
            _ber.Oid(name);
        (_lastNameStart, _lastNameEnd) = _ber.Overflowed ? default : (_ber.Position - _ber.LastOidLength, _ber.Position);
        _lastName.TrySet(name);
        return mark;
    }
}
