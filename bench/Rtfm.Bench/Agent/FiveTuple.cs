using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Bench.Agent;

/// <summary>The rule set that the benchmarks meter with.</summary>
internal static class FiveTuple
{
    public static RuleSet Rules { get; } =
        RuleAssembler
            .Assemble(
                """
                      sourcePeerType/8 = 1: PushPktToAct, dest
                      null: Ignore
                dest: destPeerType/8 = 0: PushPktToAct, Next
                      sourcePeerAddress/32 = 0: PushPktToAct, Next
                      destPeerAddress/32 = 0: PushPktToAct, Next
                      sourceTransType/8 = 0: PushPktToAct, Next
                      destTransType/8 = 0: PushPktToAct, Next
                      sourceTransAddress/16 = 0: PushPktToAct, Next
                      destTransAddress/16 = 0: CountPkt
                """,
                "five-tuple"
            )
            .RuleSet
        ?? throw new InvalidOperationException("the rules cannot be assembled");
}
