using System.Buffers.Binary;
using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Makes the keys of a domain's records from what members tell of their flows: the same key, whichever member says it and whichever end it saw first.</summary>
/// <remarks>
/// A value that is zero is one that the rules did not push (MIB-83), and is left out: so a version of a rule set that pushes more makes no other keys of the flows of one that pushes less.
/// Not thread-safe; the spans are good until the next record.
/// </remarks>
internal sealed class FlowIdentity
{
    private const int LongestPart = 3 + FlowDataPackage.LongestOctets;

    private readonly List<KeyPart> _parts = [];
    private readonly bool _isTurnable;
    private readonly Encoding _forward;
    private readonly Encoding _reversed;
    private readonly byte[] _number = new byte[sizeof(ulong)];
    private bool _isReversed;

    /// <param name="Attribute">Of the key.</param>
    /// <param name="At">Where its value is in a record.</param>
    /// <param name="ReverseAt">Where the value of the other end is; -1: nowhere.</param>
    /// <param name="IsOwn">Differs from flow to flow, mostly.</param>
    /// <param name="IsMask">Tells whether the address it belongs to was pushed.</param>
    private readonly record struct KeyPart(FlowAttribute Attribute, int At, int ReverseAt, bool IsOwn, bool IsMask);

    private sealed class Encoding(int parts)
    {
        public readonly byte[] Profile = new byte[parts * LongestPart];
        public readonly byte[] Own = new byte[parts * FlowDataPackage.LongestOctets];
        public int ProfileLength;
        public int OwnLength;
    }

    /// <param name="key">The attributes that make it.</param>
    /// <param name="attributes">What records have, these among them.</param>
    public FlowIdentity(ImmutableArray<FlowAttribute> key, ImmutableArray<FlowAttribute> attributes)
    {
        _isTurnable = true;
        foreach (var attribute in key)
        {
            var info = FlowAttributes.Get(attribute);
            var isMask = !info.Is(AttributeRoles.Testable);
            var isOwn = !isMask && (FlowDataPackage.TagOf(attribute) == FlowDataPackage.OctetStringTag || info.Size > 1);
            _parts.Add(new(attribute, attributes.IndexOf(attribute), attributes.IndexOf(info.Reverse), isOwn, isMask));
            // Who pushes one end only has told the ends apart.
            _isTurnable &= key.Contains(info.Reverse);
        }
        (_forward, _reversed) = (new(_parts.Count), new(_parts.Count));
    }

    /// <summary>What the key has in common with others.</summary>
    public ReadOnlySpan<byte> Profile => Chosen.Profile.AsSpan(0, Chosen.ProfileLength);

    /// <summary>What it has not.</summary>
    public ReadOnlySpan<byte> Own => Chosen.Own.AsSpan(0, Chosen.OwnLength);

    private Encoding Chosen => _isReversed ? _reversed : _forward;

    /// <summary>Makes the key of a record.</summary>
    /// <returns>True where source and destination change places for it, and all that the record counts with them.</returns>
    public bool Read(FlowRecord record)
    {
        Encode(record, _forward, reverse: false);
        _isReversed = false;
        if (!_isTurnable || !SaysAsMuchOfBothEnds(record))
            return false;
        Encode(record, _reversed, reverse: true);
        var order = Compare(_forward.Own.AsSpan(0, _forward.OwnLength), _reversed.Own.AsSpan(0, _reversed.OwnLength));
        if (order == 0)
            order = Compare(_forward.Profile.AsSpan(0, _forward.ProfileLength), _reversed.Profile.AsSpan(0, _reversed.ProfileLength));
        return _isReversed = order > 0;
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);

    /// <summary>Rules that push an address of one end and not of the other tell the ends apart.</summary>
    private bool SaysAsMuchOfBothEnds(FlowRecord record)
    {
        foreach (var part in _parts)
        {
            if (part.IsMask && IsZero(record.Values[part.At].Octets) != IsZero(record.Values[part.ReverseAt].Octets))
                return false;
        }
        return true;
    }

    private void Encode(FlowRecord record, Encoding encoding, bool reverse)
    {
        encoding.ProfileLength = encoding.OwnLength = 0;
        foreach (var part in _parts)
        {
            var value = record.Values[reverse ? part.ReverseAt : part.At];
            var octets = FlowDataPackage.TagOf(part.Attribute) == FlowDataPackage.OctetStringTag ? value.Octets : OctetsOf(value.Number);
            if (IsZero(octets))
                continue;
            encoding.ProfileLength += KeyProfile.Write(encoding.Profile.AsSpan(encoding.ProfileLength), part.Attribute, octets, part.IsOwn);
            if (!part.IsOwn)
                continue;
            octets.CopyTo(encoding.Own.AsSpan(encoding.OwnLength));
            encoding.OwnLength += octets.Length;
        }
    }

    private ReadOnlySpan<byte> OctetsOf(ulong number)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_number, number);
        return ((ReadOnlySpan<byte>)_number).TrimStart((byte)0);
    }

    private static bool IsZero(ReadOnlySpan<byte> octets) => octets.IndexOfAnyExcept((byte)0) < 0;
}
