using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Messages;

/// <summary>Goes through the varbinds of a PDU, one at a time, without allocating.</summary>
/// <param name="varBinds">The content of the varbind list.</param>
public ref struct VarBindReader(ReadOnlySpan<byte> varBinds)
{
    private BerReader _reader = new(varBinds);
    private OidBuffer _name;

    /// <summary>The octets of the name read last.</summary>
    private ReadOnlySpan<byte> _nameOctets;

    /// <summary>The name of the varbind read last.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<uint> Name => _name.Span;

    /// <summary>The syntax of its value.</summary>
    public BerTag Tag { get; private set; }

    /// <summary>The content octets of its value; they stay in the message.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    public readonly BerError Error => _reader.Error;

    /// <summary>Reads the next varbind; false at the end or at bad octets.</summary>
    public bool Read()
    {
        if (_reader.IsAtEnd)
            return false;
        var outer = _reader.Enter();
        _nameOctets = _reader.OidBeside(_nameOctets, ref _name);
        Content = _reader.Any(out var tag);
        Tag = (BerTag)tag;
        _reader.Leave(outer);
        return _reader.Error == BerError.None;
    }

    /// <summary>The value as an object; false where its content does not fit its syntax.</summary>
    public readonly bool TryValue(out SnmpValue value) => SnmpValue.TryRead(Tag, Content, out value);
}
