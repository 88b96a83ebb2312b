using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

internal sealed unsafe partial class RuleCompiler
{
    /// <summary>So many plans get quick ways; what a rule set has beyond is made in the general way, so that the code stays small.</summary>
    private const int MaxQuickPlans = 256;

    private const int MaxOftenZero = 2;

    private static readonly MethodInfo BuildKey = typeof(CompiledRuleSet).GetMethod(nameof(CompiledRuleSet.BuildKey))!;

    /// <summary>Where one octet of a key comes from: the packet, under a mask, or a constant of the rules.</summary>
    private sealed record KeyOctet(int Offset, byte Mask, byte Constant)
    {
        public bool IsConstant => Offset < 0;
    }

    /// <summary>
    /// Builds the key: in a quick way for packets with IPv4 and for those with IPv6 addresses where no plain attribute is zero (which changes the key's
    /// shape, PME-13) but those that often are; in the general way for all others.
    /// </summary>
    private void EmitKey(KeyDecision plan, bool isReversed)
    {
        var general = _il.DefineLabel();
        if (plan.Number < MaxQuickPlans && HasQuickWay(plan))
        {
            var oftenZero = Array.ConvertAll(Array.FindAll(plan.Queue, IsOftenZero), each => each.Attribute);
            oftenZero = oftenZero[..Math.Min(oftenZero.Length, MaxOftenZero)];
            EmitPlainAttributesPresent(plan, isReversed, oftenZero, general);
            EmitQuickKeys(plan, isReversed, oftenZero, zeros: 0, asked: 0, general);
        }
        _il.MarkLabel(general);
        EmitGeneralKey(plan, isReversed, variant: -1);
    }

    /// <summary>Asks of each attribute that is often zero whether it is, and has a quick way for either.</summary>
    /// <param name="zeros">A bit for each of them that is zero.</param>
    private void EmitQuickKeys(KeyDecision plan, bool isReversed, FlowAttribute[] oftenZero, int zeros, int asked, Label general)
    {
        if (asked < oftenZero.Length)
        {
            var isZero = _il.DefineLabel();
            var pushed = Array.Find(plan.Queue, each => each.Attribute == oftenZero[asked]);
            var field = AttributeField.Of(pushed.Attribute);
            LoadMasked(field.OffsetOf(isReversed), field.Length, _program.Instructions[pushed.Rule].Mask.First);
            _il.Emit(OpCodes.Brfalse, isZero);
            EmitQuickKeys(plan, isReversed, oftenZero, zeros, asked + 1, general);
            _il.MarkLabel(isZero);
            EmitQuickKeys(plan, isReversed, oftenZero, zeros | 1 << asked, asked + 1, general);
            return;
        }
        var absent = Array.FindAll(oftenZero, each => (zeros & 1 << Array.IndexOf(oftenZero, each)) != 0);
        var other = _il.DefineLabel();
        EmitQuickKey(plan, isReversed, addressLength: 4, variant: 2 * zeros, absent, other);
        _il.MarkLabel(other);
        EmitQuickKey(plan, isReversed, addressLength: 16, variant: 2 * zeros + 1, absent, general);
    }

    /// <summary>VLANs, code points and the like: most packets have none.</summary>
    private static bool IsOftenZero(Pushed pushed) =>
        pushed.Attribute >= FlowAttribute.DSCodePoint
        && !pushed.IsRuleValue
        && AttributeField.Of(pushed.Attribute) is { Kind: FieldKind.Packet, IsMasked: false, Length: <= 8 };

    // Which addresses a tunnel has is not worth two more variants.
    private static bool HasQuickWay(KeyDecision plan) => Array.TrueForAll(plan.Queue, pushed => AttributeField.Of(pushed.Attribute).Length != 16);

    private void EmitGeneralKey(KeyDecision plan, bool isReversed, int variant)
    {
        _il.Emit(OpCodes.Ldarg, 5);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, plan.Number);
        _il.Emit(isReversed ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ldc_I4, variant);
        _il.Emit(OpCodes.Call, BuildKey);
        _il.Emit(OpCodes.Br, _next);
    }

    private void EmitPlainAttributesPresent(KeyDecision plan, bool isReversed, FlowAttribute[] oftenZero, Label general)
    {
        var hasAdjacent = false;
        foreach (var pushed in plan.Queue)
        {
            var field = AttributeField.Of(pushed.Attribute);
            hasAdjacent |= field is { Length: 6, IsMasked: true };
            if (field.Kind != FieldKind.Packet || field.IsMasked || pushed.IsRuleValue || Array.IndexOf(oftenZero, pushed.Attribute) >= 0)
                continue;
            LoadMasked(field.OffsetOf(isReversed), field.Length, _program.Instructions[pushed.Rule].Mask.First);
            _il.Emit(OpCodes.Brfalse, general);
        }
        if (!hasAdjacent)
            return;
        LoadPacketAddress((int)Marshal.OffsetOf<MatchKey>(nameof(MatchKey.AdjacentLength)));
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Ldc_I4_6);
        _il.Emit(OpCodes.Bne_Un, general);
    }

    private void EmitQuickKey(KeyDecision plan, bool isReversed, int addressLength, int variant, FlowAttribute[] absent, Label otherwise)
    {
        var octets = OctetsOf(plan, isReversed, addressLength, absent);
        var isKnown = _il.DefineLabel();
        LoadPacketAddress((int)Marshal.OffsetOf<MatchKey>(nameof(MatchKey.PeerLength)));
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Ldc_I4, addressLength);
        _il.Emit(OpCodes.Bne_Un, otherwise);

        // The first key of its shape is made in the general way, which finds the shape's number.
        var shape = _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Ldarg_3);
        _il.Emit(OpCodes.Ldc_I4, (plan.Number * CompiledRuleSet.Variants + variant) * sizeof(ushort));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_U2);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Stloc, shape);
        _il.Emit(OpCodes.Ldc_I4, MatchResult.NoShape);
        _il.Emit(OpCodes.Bne_Un, isKnown);
        EmitGeneralKey(plan, isReversed, variant);

        _il.MarkLabel(isKnown);
        var outcome = isReversed ? MatchedAs.Reversed : MatchedAs.Forward;
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldloc, shape);
        _il.Emit(OpCodes.Ldc_I4, 16);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Ldc_I4, (int)outcome | octets.Count << 8);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stind_I4);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, MatchResult.PlanOffset);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, plan.Number);
        _il.Emit(OpCodes.Stind_I4);
        for (var at = 0; at < octets.Count; at += 8)
            EmitWord(octets.GetRange(at, Math.Min(8, octets.Count - at)), at);
        _il.Emit(OpCodes.Br, _next);
    }

    /// <summary>The key octet by octet, as <see cref="KeyBuilder"/> would make it.</summary>
    private List<KeyOctet> OctetsOf(KeyDecision plan, bool isReversed, int addressLength, FlowAttribute[] absent)
    {
        var octets = new List<KeyOctet>();
        for (var slot = 0; slot < KeySlots.Count; slot++)
        {
            var at = Array.FindIndex(plan.Queue, each => AttributeField.Of(each.Attribute).Slot == slot);
            if (at < 0)
                continue;
            var pushed = plan.Queue[at];
            if (Array.IndexOf(absent, pushed.Attribute) >= 0)
                continue;
            var field = AttributeField.Of(pushed.Attribute);
            ref readonly var rule = ref _program.Instructions[pushed.Rule];
            var mask = rule.Mask.AsSpan();
            var value = rule.Value.AsSpan();
            int length = field.Length == 20 && field.IsMasked ? addressLength : field.Length;
            if (field.Kind == FieldKind.AlwaysZero)
                length = pushed.IsRuleValue ? Math.Min(rule.ValueLength, length) : 0;
            var isPresent = field.IsMasked ? mask[..length].ContainsAnyExcept((byte)0) : IsPlainPresent(pushed, field, value[..length]);
            if (!isPresent)
                continue;
            var offset = field.OffsetOf(isReversed);
            for (var i = 0; i < length; i++)
            {
                octets.Add(
                    field.Kind == FieldKind.Computed ? new(-1, 0, pushed.Computed)
                    : pushed.IsRuleValue ? new(-1, 0, (byte)(field.IsMasked ? value[i] & mask[i] : value[i]))
                    : new(offset + i, mask[i], 0)
                );
            }
        }
        return octets;
    }

    private static bool IsPlainPresent(in Pushed pushed, AttributeField field, ReadOnlySpan<byte> value) =>
        field.Kind == FieldKind.Computed ? pushed.Computed != 0 : !pushed.IsRuleValue || value.ContainsAnyExcept((byte)0);

    /// <summary>Stores eight octets of the key at once: runs of octets that lie together in the packet are loaded together.</summary>
    private void EmitWord(List<KeyOctet> octets, int at)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, MatchResult.KeyOffset + at);
        _il.Emit(OpCodes.Add);
        var constant = 0ul;
        for (var i = 0; i < octets.Count; i++)
            constant |= (ulong)octets[i].Constant << i * 8;
        _il.Emit(OpCodes.Ldc_I8, (long)constant);
        for (var start = 0; start < octets.Count; )
        {
            var length = 1;
            if (octets[start].IsConstant)
            {
                start++;
                continue;
            }
            while (start + length < octets.Count && octets[start + length].Offset == octets[start].Offset + length)
                length++;
            var mask = 0ul;
            for (var i = 0; i < length; i++)
                mask |= (ulong)octets[start + i].Mask << i * 8;
            LoadMasked(octets[start].Offset, length, mask);
            _il.Emit(OpCodes.Ldc_I4, start * 8);
            _il.Emit(OpCodes.Shl);
            _il.Emit(OpCodes.Or);
            start += length;
        }
        _il.Emit(OpCodes.Unaligned, (byte)1);
        _il.Emit(OpCodes.Stind_I8);
    }
}
