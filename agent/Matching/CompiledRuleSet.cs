using System.Runtime.CompilerServices;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Matching;

/// <summary>What a compiled rule set's code is called with.</summary>
/// <param name="shapes">For each plan the numbers of its <see cref="CompiledRuleSet.Variants"/> shapes; <see cref="MatchResult.NoShape"/> where not known yet.</param>
/// <param name="faults">Counts attempts that failed since the rule set is broken.</param>
internal unsafe delegate void MatchCode(
    MatchKey* keys,
    MatchResult* results,
    int count,
    ushort* shapes,
    ulong* faults,
    CompiledRuleSet self,
    TestTable[] tables
);

/// <summary>A rule set as machine code, for any number of threads.</summary>
internal sealed unsafe class CompiledRuleSet
{
    /// <summary>Shapes of keys that a plan has quick ways for: with IPv4 and with IPv6 addresses, for each choice of two attributes that may be zero.</summary>
    public const int Variants = 8;

    private readonly MatchCode _code;
    private readonly KeyPlans _plans;
    private readonly KeyBuilder _keys;
    private readonly TestTable[] _tables;
    private readonly ushort[] _shapes;
    private ulong _faults;

    public CompiledRuleSet(MatchCode code, KeyPlans plans, KeyBuilder keys, TestTable[] tables)
    {
        (_code, _plans, _keys, _tables) = (code, plans, keys, tables);
        _shapes = GC.AllocateUninitializedArray<ushort>(plans.Count * Variants, pinned: true);
        Array.Fill(_shapes, MatchResult.NoShape);
    }

    /// <inheritdoc cref="PacketMatchingEngine.Faults"/>
    public ulong Faults => Volatile.Read(ref _faults);

    public void Match(ReadOnlySpan<MatchKey> packets, Span<MatchResult> results)
    {
        fixed (MatchKey* keys = packets)
        fixed (MatchResult* to = results)
        fixed (ushort* shapes = _shapes)
        {
            var faults = 0ul;
            _code(keys, to, packets.Length, shapes, &faults, this, _tables);
            if (faults != 0)
                Interlocked.Add(ref _faults, faults);
        }
    }

    /// <summary>Makes a key in the general way, for packets that the code has no quick way for. Called by the code.</summary>
    /// <param name="variant">From 0: where the shape is to be noted, since the code has a quick way for it; -1: nowhere.</param>
    [SkipLocalsInit]
    public static void BuildKey(CompiledRuleSet self, MatchKey* packet, MatchResult* result, int plan, int reversed, int variant)
    {
        FlowKey key;
        Unsafe.SkipInit(out key);
        self._keys.Build(self._plans[plan].Queue, *packet, reversed != 0, ref key);
        result->Outcome = reversed != 0 ? MatchedAs.Reversed : MatchedAs.Forward;
        result->Plan = plan;
        result->SetKey(key);
        if (variant >= 0)
            Volatile.Write(ref self._shapes[plan * Variants + variant], result->Shape);
    }
}
