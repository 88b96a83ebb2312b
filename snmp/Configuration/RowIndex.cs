using System.Text;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Configuration;

/// <summary>Puts the values of INDEX objects together to the end of an instance's name (RFC 2578 §7.7).</summary>
internal static class RowIndex
{
    /// <summary>A string of varying length: its length, then its octets.</summary>
    public static ObjectIdentifier String(this ObjectIdentifier index, ReadOnlySpan<byte> octets) =>
        Implied(index.Append((uint)octets.Length), octets);

    /// <inheritdoc cref="String(ObjectIdentifier, ReadOnlySpan{byte})"/>
    public static ObjectIdentifier String(this ObjectIdentifier index, string text) => index.String(Encoding.UTF8.GetBytes(text));

    /// <summary>A string whose length is what is left: the last INDEX object, marked IMPLIED.</summary>
    public static ObjectIdentifier Implied(this ObjectIdentifier index, ReadOnlySpan<byte> octets)
    {
        Span<uint> arcs = stackalloc uint[octets.Length];
        for (var i = 0; i < arcs.Length; i++)
            arcs[i] = octets[i];
        return index.Append(arcs);
    }

    /// <inheritdoc cref="Implied(ObjectIdentifier, ReadOnlySpan{byte})"/>
    public static ObjectIdentifier Implied(this ObjectIdentifier index, string text) => index.Implied(Encoding.UTF8.GetBytes(text));

    /// <summary>An object identifier: its length, then its sub-identifiers.</summary>
    public static ObjectIdentifier Oid(this ObjectIdentifier index, ObjectIdentifier value) => index.Append((uint)value.Length).Append(value.Span);
}

/// <summary>Takes an index apart again.</summary>
internal ref struct RowIndexReader(ReadOnlySpan<uint> index)
{
    private ReadOnlySpan<uint> _rest = index;

    /// <summary>False once something was not as it should be.</summary>
    public bool IsGood { get; private set; } = true;

    /// <summary>True where all was good and nothing is left.</summary>
    public readonly bool IsWhole => IsGood && _rest.IsEmpty;

    public uint Number()
    {
        if (_rest.IsEmpty)
            return Fail();
        var number = _rest[0];
        _rest = _rest[1..];
        return number;
    }

    public byte[] Octets(int shortest, int longest) => Octets((int)Math.Min(Number(), int.MaxValue), shortest, longest);

    public byte[] ImpliedOctets(int shortest, int longest) => Octets(_rest.Length, shortest, longest);

    public string Text(int shortest, int longest) => ToText(Octets(shortest, longest));

    public string ImpliedText(int shortest, int longest) => ToText(ImpliedOctets(shortest, longest));

    public ObjectIdentifier Oid()
    {
        var length = Number();
        if (length > _rest.Length)
            Fail();
        if (!IsGood)
            return default;
        var oid = new ObjectIdentifier(_rest[..(int)length]);
        _rest = _rest[(int)length..];
        return oid;
    }

    /// <summary>An object identifier that is all the rest: marked IMPLIED.</summary>
    public ObjectIdentifier ImpliedOid()
    {
        var oid = new ObjectIdentifier(_rest);
        _rest = [];
        return oid;
    }

    private byte[] Octets(int length, int shortest, int longest)
    {
        if (!IsGood || length < shortest || length > longest || length > _rest.Length)
        {
            Fail();
            return [];
        }
        var octets = new byte[length];
        for (var i = 0; i < length; i++)
        {
            if (_rest[i] > byte.MaxValue)
                Fail();
            octets[i] = (byte)_rest[i];
        }
        _rest = _rest[length..];
        return octets;
    }

    private string ToText(byte[] octets)
    {
        if (!System.Text.Unicode.Utf8.IsValid(octets))
            Fail();
        return Encoding.UTF8.GetString(octets);
    }

    private uint Fail()
    {
        IsGood = false;
        return 0;
    }
}
