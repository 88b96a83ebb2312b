using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Rtfm.Model;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Binding;

/// <summary>Makes the mask and value of a rule of what is written for an attribute (RFC 2723 §3.1.6, appendix B).</summary>
internal sealed class OperandBinder(Diagnoser diagnoser)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    public ImmutableArray<BoundOperand> BindAll(AttributeInfo attribute, ImmutableArray<Operand> operands)
    {
        var bound = ImmutableArray.CreateBuilder<BoundOperand>(operands.Length);
        foreach (var operand in operands)
        {
            if (TryBind(attribute, operand.Value, operand.Mask) is not { } one)
                continue;
            if (bound.Count < 1_000 && bound.Any(earlier => Covers(earlier, one)))
                diagnoser.Warn(operand.Value.Place, "an operand before this one matches all that it matches");
            bound.Add(one);
        }
        return bound.ToImmutable();
    }

    /// <summary>What a test compares with. Null where it is wrong, which is told.</summary>
    public BoundOperand? TryBind(AttributeInfo attribute, Value value, MaskSyntax? mask)
    {
        var bound = TryRead(attribute, value, mask);
        if (bound is not { } operand || operand.Mask.IsZero)
            return bound;
        if (operand.Value.HasBitsOutside(operand.Mask))
            diagnoser.Warn(value.Place, "the value has bits that the mask drops: a test for it never succeeds");
        else if (LargestOf(attribute.Number) is { } largest && NumberOf(operand.Value, attribute.Size) > largest)
            diagnoser.Warn(value.Place, $"{attribute.Name} is at most {largest}: a test for this never succeeds");
        return bound;
    }

    /// <summary>For attributes that are no whole number of octets in a packet.</summary>
    private static uint? LargestOf(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.Ecn => 3,
            FlowAttribute.DSCodePoint => 63,
            FlowAttribute.VlanId => 4_095,
            FlowAttribute.MplsLabel or FlowAttribute.FlowLabel => 0xF_FFFF,
            _ => null,
        };

    private static uint NumberOf(RuleAddress value, int octets)
    {
        var number = 0u;
        foreach (var octet in value.Padded[..octets])
            number = number << 8 | octet;
        return number;
    }

    /// <summary>What is saved without a test. Null where it is wrong, which is told.</summary>
    public BoundOperand? TryBindSaved(AttributeInfo attribute, Value value, MaskSyntax? mask)
    {
        var bound = TryRead(attribute, value, mask);
        if (bound is not { } operand || attribute.Is(AttributeRoles.Statistic) || !operand.Value.HasBitsOutside(operand.Mask))
            return bound;
        // Bits that an address's mask drops are saved as zeros, any other value as it is (AMB-35).
        if (!attribute.Is(AttributeRoles.Masked))
            return bound;
        diagnoser.Warn(value.Place, "the value has bits that the mask drops: they are saved as zeros");
        var octets = operand.Value.Octets.ToArray();
        for (var i = 0; i < octets.Length; i++)
            octets[i] &= operand.Mask.Padded[i];
        return operand with { Value = new(octets) };
    }

    private BoundOperand? TryRead(AttributeInfo attribute, Value value, MaskSyntax? mask)
    {
        try
        {
            var octets = Read(attribute, value);
            var length = LengthOf(attribute, octets.Length);
            if (octets.Length > length)
                throw new SrlSyntaxException(value.Place, $"the value has {Octets(octets.Length)}, but {attribute.Name} has {Octets(length)}");
            Array.Resize(ref octets, length);
            return new BoundOperand(MaskOf(attribute, mask, length, value.Place), Padded(octets));
        }
        catch (SrlSyntaxException wrong)
        {
            diagnoser.Error(wrong.Place, wrong.Message);
            return null;
        }
    }

    /// <summary>The mask of a SAVE that names no value; null where it is wrong, which is told.</summary>
    public RuleAddress? TryBindMask(AttributeInfo attribute, MaskSyntax? mask, Place place)
    {
        try
        {
            var width =
                mask is { Mask: { } written } ? ReadOctets(attribute, written).Length
                : mask is null ? 0
                : (mask.Width + 7) / 8;
            // Addresses of any length may come: all ones are those of the longest (PME cuts them to what there is).
            var length =
                attribute.Syntax == AttributeSyntax.PeerAddress
                    ? (width is > 0 and <= IPv4Length ? IPv4Length : Math.Max(width, IPv6Length))
                    : LengthOf(attribute, width);
            if (attribute.Syntax == AttributeSyntax.PeerAddress && mask is { Mask: null, Width: > IPv6Length * 8 })
                throw new SrlSyntaxException(mask.Place, $"the width is {mask.Width}, but {attribute.Name} has at most {IPv6Length * 8} bits here");
            return MaskOf(attribute, mask, length, place);
        }
        catch (SrlSyntaxException wrong)
        {
            diagnoser.Error(wrong.Place, wrong.Message);
            return null;
        }
    }

    /// <summary>True where whatever the second matches, the first matches as well.</summary>
    public static bool Covers(BoundOperand first, BoundOperand second)
    {
        for (var i = 0; i < RuleAddress.MaxLength; i++)
        {
            var mask = first.Mask.Padded[i];
            if ((mask & ~second.Mask.Padded[i]) != 0 || (second.Value.Padded[i] & mask) != first.Value.Padded[i])
                return false;
        }
        return true;
    }

    private byte[] Read(AttributeInfo attribute, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Character:
                return InPlace(value, () => [new RuleLine(value.Text).ReadValue(attribute, isMask: false).Octets[0]]);
            case ValueKind.Name:
                var number =
                    Names.Find(attribute.Number, value.Text)
                    ?? throw new SrlSyntaxException(
                        value.Place,
                        $"'{RuleLine.Shortened(value.Text)}' is no define, and no value that {attribute.Name} is known to have{Words.Suggestion(value.Text, Names.Known(attribute.Number))}"
                    );
                var octets = new byte[Math.Max(1, attribute.Size)];
                for (var i = 0; i < octets.Length; i++)
                    octets[^(i + 1)] = (byte)(number >> (8 * i));
                return octets;
            default:
                var read = ReadOctets(attribute, value);
                // Zero is the same in both readings.
                if (read is [not 0] && attribute.Syntax is AttributeSyntax.PeerAddress or AttributeSyntax.AdjacentAddress)
                    diagnoser.Warn(value.Place, $"{value.Text} is the first octet of an address, as {value.Text}.0 is");
                if (attribute.Size == 2 && read.Length == 2 && LooksLikeRange(value.Text))
                    diagnoser.Warn(
                        value.Place,
                        $"{value.Text} is one number of two hexadecimal octets, {read[0] << 8 | read[1]}: there are no ranges"
                    );
                return read;
        }
    }

    private static bool LooksLikeRange(string text) =>
        text.Contains('-', StringComparison.Ordinal) && text.All(c => char.IsAsciiDigit(c) || c == '-');

    private static byte[] ReadOctets(AttributeInfo attribute, Value value)
    {
        if (value.Kind != ValueKind.IPv6)
            return InPlace(value, () => FieldNotation.Read(value.Text, FieldNotation.SingleFieldOctets(attribute), 1));
        if (attribute.Syntax != AttributeSyntax.PeerAddress && !FlowAttributes.IsMeterVariable(attribute.Number))
        {
            var hint = attribute.Syntax == AttributeSyntax.AdjacentAddress ? "; its octets are written with '-' between them" : "";
            throw new SrlSyntaxException(value.Place, $"{attribute.Name} is no IPv6 address{hint}");
        }
        return IPAddress.TryParse(value.Text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            ? ip.GetAddressBytes()
            : throw new SrlSyntaxException(value.Place, $"'{RuleLine.Shortened(value.Text)}' is no IPv6 address");
    }

    /// <summary>The octets that a value of an attribute has; what is longer is wrong (SRL-12).</summary>
    private static int LengthOf(AttributeInfo attribute, int written) =>
        attribute.Syntax switch
        {
            _ when FlowAttributes.IsMeterVariable(attribute.Number) => Math.Clamp(written, IPv4Length, RuleAddress.MaxLength),
            AttributeSyntax.PeerAddress when attribute.Size < RuleAddress.MaxLength => written <= IPv4Length ? IPv4Length : attribute.Size,
            AttributeSyntax.PeerAddress => Math.Clamp(written, IPv4Length, RuleAddress.MaxLength),
            _ => attribute.Size,
        };

    private static RuleAddress MaskOf(AttributeInfo attribute, MaskSyntax? mask, int length, Place place)
    {
        if (mask is { Mask: { } written })
        {
            var octets = ReadOctets(attribute, written);
            if (octets.Length > length)
                throw new SrlSyntaxException(written.Place, $"the mask has {Octets(octets.Length)}, but what it is for has {Octets(length)}");
            Array.Resize(ref octets, length);
            return Padded(octets);
        }
        // A statistic's mask and value are its parameters (RFC 2724 §3.2): left out, the meter has its own.
        var width = mask?.Width ?? (attribute.Is(AttributeRoles.Statistic) ? 0 : 8 * length);
        if (width > 8 * length)
            throw new SrlSyntaxException(mask?.Place ?? place, $"the width is {width}, but what it is for has {8 * length} bits");
        return RuleAddress.LeadingOnes(width, Math.Max(2, length)); // one octet is sent as two (AMB-07)
    }

    /// <summary>One octet is sent as two (AMB-07).</summary>
    private static RuleAddress Padded(byte[] octets) => new(octets.Length == 1 ? [octets[0], 0] : octets);

    private static byte[] InPlace(Value value, Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (RuleSyntaxException wrong)
        {
            // What comes of a define stands where the define's name stands.
            var offset = value.Place.Define is null ? wrong.Column - 1 : 0;
            throw new SrlSyntaxException(value.Place with { Offset = value.Place.Offset + offset }, wrong.Message);
        }
    }

    private static string Octets(int count) => count == 1 ? "1 octet" : $"{count} octets";
}
