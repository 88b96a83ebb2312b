using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

public sealed partial class PacketMatchingEngine
{
    /// <summary>Slot, length and mask of every attribute at their longest.</summary>
    private const int MaxDescriptor = KeySlots.Count * (2 + RuleAddress.MaxLength);

    /// <summary>Which item of the queue holds each slot's value: the newest (PME-13).</summary>
    [InlineArray(KeySlots.Count)]
    private struct Newest
    {
        private short _element0;
    }

    [SkipLocalsInit]
    private void BuildKey(in MatchKey packet, bool reversed, ref FlowKey key)
    {
        Newest newest = default;
        for (var i = 0; i < _queued; i++)
        {
            var slot = AttributeField.Of(_queue[i].Attribute).Slot;
            if (slot >= 0)
                newest[slot] = (short)(i + 1);
        }

        Span<byte> descriptor = stackalloc byte[MaxDescriptor];
        var described = 0;
        var room = key.Room;
        var used = 0;
        for (var slot = 0; slot < KeySlots.Count; slot++)
        {
            if (newest[slot] == 0)
                continue;
            ref readonly var pushed = ref _queue[newest[slot] - 1];
            var field = AttributeField.Of(pushed.Attribute);
            if (field.IsMasked)
                AddAddress(slot, field, pushed, packet, reversed, descriptor, ref described, room, ref used);
            else
                AddPlain(slot, field, pushed, packet, reversed, descriptor, ref described, room, ref used);
        }
        key.Shape = shapes.Intern(descriptor[..described]);
    }

    /// <summary>An address is stored under its mask, both cut or continued with zeros to the length the packet has (PME-14).</summary>
    private void AddAddress(
        int slot,
        AttributeField field,
        in Pushed pushed,
        in MatchKey packet,
        bool reversed,
        Span<byte> descriptor,
        ref int described,
        Span<byte> room,
        ref int used
    )
    {
        ref readonly var rule = ref program.Instructions[pushed.Rule];
        var length = LengthInPacket(field, packet, rule);
        var mask = rule.Mask.AsSpan()[..length];
        if (!mask.ContainsAnyExcept((byte)0))
            return;
        RuleOctets octets = rule.Value;
        if (!pushed.IsRuleValue)
        {
            octets = default;
            Read(packet, field, reversed, ref octets);
        }
        var value = octets.AsSpan();
        for (var i = 0; i < length; i++)
            room[used + i] = (byte)(value[i] & mask[i]);
        used += length;
        descriptor[described++] = (byte)(slot | 0x80);
        descriptor[described++] = (byte)length;
        mask.CopyTo(descriptor[described..]);
        described += length;
    }

    /// <summary>Anything else is stored as it is, without mask (AMB-35); zero is the same as nothing.</summary>
    private void AddPlain(
        int slot,
        AttributeField field,
        in Pushed pushed,
        in MatchKey packet,
        bool reversed,
        Span<byte> descriptor,
        ref int described,
        Span<byte> room,
        ref int used
    )
    {
        ref readonly var rule = ref program.Instructions[pushed.Rule];
        var length = 1;
        if (field.Kind == FieldKind.AlwaysZero)
        {
            length = Math.Min(rule.ValueLength, field.Length);
            if (!pushed.IsRuleValue || !rule.Value.AsSpan()[..length].ContainsAnyExcept((byte)0))
                return;
            rule.Value.AsSpan()[..length].CopyTo(room[used..]);
        }
        else
        {
            byte value;
            if (field.Kind == FieldKind.Computed)
                value = pushed.Computed;
            else if (pushed.IsRuleValue)
                value = rule.Value.AsSpan()[0];
            else
                value = (byte)(ReadOctet(packet, field, reversed) & rule.Mask.AsSpan()[0]);
            if (value == 0)
                return;
            room[used] = value;
        }
        used += length;
        descriptor[described++] = (byte)slot;
        descriptor[described++] = (byte)length;
    }

    private static byte ReadOctet(in MatchKey packet, AttributeField field, bool reversed)
    {
        ref readonly var side = ref (field.IsDest ^ reversed ? ref packet.Dest : ref packet.Source);
        return MemoryMarshal.AsBytes(new ReadOnlySpan<Endpoint>(in side))[field.Offset];
    }

    /// <summary>Octets of the address in this packet; where the packet has none, what a constant of the rule takes.</summary>
    private static int LengthInPacket(AttributeField field, in MatchKey packet, in Instruction rule)
    {
        if (field.Length == 2)
            return 2;
        if (field.Length == 6)
            return packet.AdjacentLength is > 0 and <= 6 and var adjacent ? adjacent : 6;
        if (packet.PeerLength is > 0 and <= 20 and var peer)
            return peer;
        var isIPv6 = rule.Mask.AsSpan()[4..].ContainsAnyExcept((byte)0);
        return isIPv6 ? 16 : 4;
    }
}
