using System.Collections.Immutable;
using Rtfm.Control.Delay;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>How a member is to be read in a round.</summary>
/// <param name="Number">Of the member; who and where it is, the domain's state says.</param>
/// <param name="Boots">Its snmpEngineBoots: another life has other flows.</param>
/// <param name="Uptime">Its Uptime when the master looked at it.</param>
/// <param name="ReachNs">Up to when the master knows all flows of its samples.</param>
/// <param name="EndedNs">Up to when it was known in the life before; <see cref="long.MinValue"/>: no other is known.</param>
/// <param name="RuleSets">The domain's number of each rule set that saves samples, and the number that a version of it has there.</param>
internal sealed record ReadMember(
    int Number,
    uint Boots,
    uint Uptime,
    long ReachNs,
    long EndedNs,
    ImmutableArray<(int RuleSet, uint Local)> RuleSets
);

/// <summary>One direction of a record, to be reckoned.</summary>
/// <param name="Number">What the master knows it by.</param>
/// <param name="BegunNs">Samples up to then were decided elsewhere.</param>
internal sealed record AssignedFlow(uint Number, int RuleSet, bool IsFrom, long BegunNs, ImmutableArray<SampledFlow> Seen);

/// <summary>Who does what rtfmDelayWorkData says.</summary>
internal interface IWorkReader
{
    /// <summary>A round begins, whose members follow.</summary>
    void Begin(WorkRound round);
    void Read(ReadMember member);
    void Assign(AssignedFlow flow);

    /// <summary>Samples of the flow are to be read in the next round.</summary>
    void Activate(uint number);
    void Remove(uint number);
}

/// <param name="NowNs">Since 1970.</param>
/// <param name="ReachedByAllNs">Every member of the domain is known up to then.</param>
/// <param name="WindowNs">How long packets may take.</param>
internal sealed record WorkRound(long NowNs, long ReachedByAllNs, long WindowNs);

/// <summary>rtfmDelayWorkData: items one after the other, each an octet with its kind and numbers as <see cref="VarInt"/>. RTFM-DELAY-MIB says which.</summary>
internal static class WorkPart
{
    /// <summary>Of a part that the master sends; IP cuts it into pieces.</summary>
    public const int UsualLength = 8_000;

    /// <summary>No part is longer.</summary>
    public const int Longest = 32_000;

    /// <summary>Of a record as many flows at members are told.</summary>
    public const int MostSeen = 100;

    private const byte Begin = 1;
    private const byte Read = 2;
    private const byte Assign = 3;
    private const byte Activate = 4;
    private const byte Remove = 5;
    private const int MostRuleSets = 1_000;
    private const int LongestItem = 1 + (5 + 5 * MostSeen + 2 * MostRuleSets) * VarInt.Longest;

    /// <summary>Puts items together to parts.</summary>
    public sealed class Writer : IWorkReader
    {
        private readonly byte[] _item = new byte[LongestItem];
        private readonly List<byte> _part = [];
        private int _length;

        public List<byte[]> Parts { get; } = [];

        public void Begin(WorkRound round)
        {
            Start(WorkPart.Begin);
            PutSigned(round.NowNs);
            PutSigned(round.ReachedByAllNs);
            PutSigned(round.WindowNs);
            End();
        }

        public void Read(ReadMember member)
        {
            Start(WorkPart.Read);
            Put((uint)member.Number);
            Put(member.Boots);
            Put(member.Uptime);
            PutSigned(member.ReachNs);
            PutSigned(member.EndedNs);
            var count = Math.Min(member.RuleSets.Length, MostRuleSets);
            Put((uint)count);
            foreach (var (ruleSet, local) in member.RuleSets.AsSpan(0, count))
            {
                Put((uint)ruleSet);
                Put(local);
            }
            End();
        }

        public void Assign(AssignedFlow flow)
        {
            Start(WorkPart.Assign);
            Put(flow.Number);
            Put((uint)flow.RuleSet);
            Put(flow.IsFrom ? 1u : 0);
            PutSigned(flow.BegunNs);
            // The latest ones matter.
            var seen = flow.Seen.AsSpan(Math.Max(0, flow.Seen.Length - MostSeen)..);
            Put((uint)seen.Length);
            foreach (ref readonly var each in seen)
            {
                Put(each.Of.Member);
                Put((uint)each.Role << 1 | (each.IsReversed ? 1u : 0));
                Put(each.Of.Boots);
                Put(each.Of.FlowIndex);
                Put(each.Of.FirstTime);
            }
            End();
        }

        public void Activate(uint number) => PutOne(WorkPart.Activate, number);

        public void Remove(uint number) => PutOne(WorkPart.Remove, number);

        /// <summary>What was put last becomes a part, too.</summary>
        public void Flush()
        {
            if (_part.Count > 0)
                Parts.Add([.. _part]);
            _part.Clear();
        }

        private void PutOne(byte kind, uint number)
        {
            Start(kind);
            Put(number);
            End();
        }

        private void Start(byte kind) => (_item[0], _length) = (kind, 1);

        private void Put(uint number) => _length += VarInt.Put(_item.AsSpan(_length), number);

        private void PutSigned(long number) => _length += VarInt.PutSigned(_item.AsSpan(_length), number);

        private void End()
        {
            if (_part.Count + _length > UsualLength)
                Flush();
            _part.AddRange(_item.AsSpan(0, _length));
        }
    }

    /// <summary>Reads a part.</summary>
    /// <param name="work">Told each item; null: the octets are only looked at.</param>
    /// <returns>False where the octets are no items; those before were told.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, IWorkReader? work)
    {
        while (!octets.IsEmpty)
        {
            var kind = octets[0];
            octets = octets[1..];
            if (kind is Activate or Remove)
            {
                if (!TryTake(ref octets, out var number))
                    return false;
                if (kind == Activate)
                    work?.Activate(number);
                else
                    work?.Remove(number);
                continue;
            }
            var isRead = kind switch
            {
                Begin => TryReadRound(ref octets, work),
                Read => TryReadMember(ref octets, work),
                Assign => TryReadFlow(ref octets, work),
                _ => false,
            };
            if (!isRead)
                return false;
        }
        return true;
    }

    private static bool TryReadRound(ref ReadOnlySpan<byte> octets, IWorkReader? work)
    {
        if (
            !VarInt.TryTakeSigned(ref octets, out var nowNs)
            || !VarInt.TryTakeSigned(ref octets, out var reachedNs)
            || !VarInt.TryTakeSigned(ref octets, out var windowNs)
            // So that nothing overflows, wherever times are added.
            || Math.Abs(nowNs >> 1) > long.MaxValue / 4
            || windowNs is < 0 or > Rtfm.Agent.Delay.DelayControl.LongestWindowMs * 1_000_000L
        )
            return false;
        work?.Begin(new(nowNs, reachedNs, windowNs));
        return true;
    }

    private static bool TryReadMember(ref ReadOnlySpan<byte> octets, IWorkReader? work)
    {
        if (
            !TryTake(ref octets, out var number)
            || number > ushort.MaxValue
            || !TryTake(ref octets, out var boots)
            || !TryTake(ref octets, out var uptime)
            || !VarInt.TryTakeSigned(ref octets, out var reachNs)
            || Math.Abs(reachNs >> 1) > long.MaxValue / 4
            || !VarInt.TryTakeSigned(ref octets, out var endedNs)
            || endedNs != long.MinValue && Math.Abs(endedNs >> 1) > long.MaxValue / 4
            || !TryTake(ref octets, out var count)
            || count > MostRuleSets
        )
            return false;
        var ruleSets = ImmutableArray.CreateBuilder<(int, uint)>();
        for (; count > 0; count--)
        {
            if (!TryTake(ref octets, out var ruleSet) || ruleSet > int.MaxValue || !TryTake(ref octets, out var local))
                return false;
            ruleSets.Add(((int)ruleSet, local));
        }
        work?.Read(new((int)number, boots, uptime, reachNs, endedNs, ruleSets.ToImmutable()));
        return true;
    }

    private static bool TryReadFlow(ref ReadOnlySpan<byte> octets, IWorkReader? work)
    {
        if (
            !TryTake(ref octets, out var number)
            || number is 0 or > int.MaxValue
            || !TryTake(ref octets, out var ruleSet)
            || ruleSet > int.MaxValue
            || !TryTake(ref octets, out var isFrom)
            || isFrom > 1
            || !VarInt.TryTakeSigned(ref octets, out var begunNs)
            || !TryTake(ref octets, out var count)
            || count > MostSeen
        )
            return false;
        var seen = ImmutableArray.CreateBuilder<SampledFlow>((int)count);
        for (; count > 0; count--)
        {
            if (
                !TryTake(ref octets, out var member)
                || member > ushort.MaxValue
                || !TryTake(ref octets, out var role)
                || role >> 1 > (uint)EdgeRole.Exit
                || !TryTake(ref octets, out var boots)
                || !TryTake(ref octets, out var flowIndex)
                || !TryTake(ref octets, out var firstTime)
            )
                return false;
            seen.Add(new(new((ushort)member, boots, flowIndex, firstTime), (EdgeRole)(role >> 1), (role & 1) != 0));
        }
        work?.Assign(new(number, (int)ruleSet, isFrom == 1, begunNs, seen.MoveToImmutable()));
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> octets, out uint number)
    {
        var isThere = VarInt.TryTake(ref octets, out var wide) && wide <= uint.MaxValue;
        number = (uint)wide;
        return isThere;
    }
}
