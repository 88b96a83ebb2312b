using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>Makes the flow key of a packet from what the rules pushed (RFC 2722 §4.4; PME-13, PME-14).</summary>
internal sealed class KeyBuilder(RuleProgram program, KeyShapes shapes)
{
    /// <summary>Slot, length and mask of every attribute at their longest.</summary>
    private const int MaxDescriptor = KeySlots.Count * (2 + RuleAddress.MaxLength);

    /// <summary>Which item of the queue holds each slot's value: the newest (PME-13).</summary>
    [InlineArray(KeySlots.Count)]
    private struct Newest
    {
        private short _element0;
    }

    /// <summary>A key under construction: its values, and the description of its shape.</summary>
    private ref struct Draft(Span<byte> room, Span<byte> descriptor)
    {
        public readonly Span<byte> Room = room;
        public readonly Span<byte> Descriptor = descriptor;
        public int Used;
        public int Described;

        public void Describe(int slot, int length)
        {
            Descriptor[Described++] = (byte)slot;
            Descriptor[Described++] = (byte)length;
            Used += length;
        }
    }

    /// <param name="queue">Oldest first.</param>
    /// <param name="key">Its shape is null where the rule set makes too many different ones.</param>
    [SkipLocalsInit]
    public void Build(ReadOnlySpan<Pushed> queue, in MatchKey packet, bool reversed, ref FlowKey key)
    {
        Newest newest = default;
        for (var i = 0; i < queue.Length; i++)
        {
            var slot = AttributeField.Of(queue[i].Attribute).Slot;
            if (slot >= 0)
                newest[slot] = (short)(i + 1);
        }

        Span<byte> descriptor = stackalloc byte[MaxDescriptor];
        var draft = new Draft(key.Room, descriptor);
        for (var slot = 0; slot < KeySlots.Count; slot++)
        {
            if (newest[slot] == 0)
                continue;
            var pushed = queue[newest[slot] - 1];
            var field = AttributeField.Of(pushed.Attribute);
            if (field.IsMasked)
                AddAddress(field, pushed, packet, reversed, ref draft);
            else
                AddPlain(field, pushed, packet, reversed, ref draft);
        }
        key.Shape = shapes.Intern(descriptor[..draft.Described]);
    }

    /// <summary>An address is stored under its mask, both cut or continued with zeros to the length the packet has (PME-14).</summary>
    private void AddAddress(AttributeField field, in Pushed pushed, in MatchKey packet, bool reversed, ref Draft draft)
    {
        ref readonly var rule = ref program.Instructions[pushed.Rule];
        var length = LengthInPacket(field, packet, rule);
        var mask = rule.Mask.AsSpan()[..length];
        if (!mask.ContainsAnyExcept((byte)0))
            return;
        var value = pushed.IsRuleValue ? rule.Value.AsSpan() : OctetsOf(packet)[field.OffsetOf(reversed)..];
        for (var i = 0; i < length; i++)
            draft.Room[draft.Used + i] = (byte)(value[i] & mask[i]);
        draft.Describe(field.Slot | 0x80, length);
        mask.CopyTo(draft.Descriptor[draft.Described..]);
        draft.Described += length;
    }

    /// <summary>Anything else is stored as it is, without mask (AMB-35); zero is the same as nothing.</summary>
    private void AddPlain(AttributeField field, in Pushed pushed, in MatchKey packet, bool reversed, ref Draft draft)
    {
        ref readonly var rule = ref program.Instructions[pushed.Rule];
        var room = draft.Room[draft.Used..];
        int length = field.Length;
        if (field.Kind == FieldKind.AlwaysZero)
        {
            length = pushed.IsRuleValue ? Math.Min(rule.ValueLength, length) : 0;
            rule.Value.AsSpan()[..length].CopyTo(room);
        }
        else if (field.Kind == FieldKind.Computed)
        {
            room[0] = pushed.Computed;
        }
        else if (pushed.IsRuleValue)
        {
            rule.Value.AsSpan()[..length].CopyTo(room);
        }
        else
        {
            var value = OctetsOf(packet)[field.OffsetOf(reversed)..];
            for (var i = 0; i < length; i++)
                room[i] = (byte)(value[i] & rule.Mask.AsSpan()[i]);
        }
        if (room[..length].ContainsAnyExcept((byte)0))
            draft.Describe(field.Slot, length);
    }

    private static ReadOnlySpan<byte> OctetsOf(in MatchKey packet) => MemoryMarshal.AsBytes(new ReadOnlySpan<MatchKey>(in packet));

    /// <summary>Octets of the address in this packet; where the packet has none, what a constant of the rule takes.</summary>
    private static int LengthInPacket(AttributeField field, in MatchKey packet, in Instruction rule)
    {
        switch (field.Length)
        {
            case 2:
                return 2;
            case 6:
                return packet.AdjacentLength is > 0 and <= 6 and var adjacent ? adjacent : 6;
            case 16 when packet.InnerLength is > 0 and <= 16:
                return packet.InnerLength;
            case 20 when packet.PeerLength is > 0 and <= 20:
                return packet.PeerLength;
            default:
                var isIPv6 = rule.Mask.AsSpan()[4..].ContainsAnyExcept((byte)0);
                return isIPv6 ? 16 : 4;
        }
    }
}
