namespace Rtfm.Srl.Tests;

/// <summary>The rules that programs become.</summary>
[TestFixture]
public sealed class SrlRulesTests
{
    [Test]
    public void What_was_saved_is_not_taken_back_before_an_end_without_count() =>
        Assert.That(
            Rules("IF SourceTransType == tcp && DestTransAddress == 80 SAVE, COUNT; NOMATCH;"),
            Is.EqualTo(["sourceTransType/8 = 6: PushRuleTo, 3", "null: NoMatch", "destTransAddress/16 = 80: Count", "null: NoMatch"])
        );

    [Test]
    public void AMB_35_an_address_is_saved_under_its_mask() =>
        Assert.That(
            Rules("SAVE SourcePeerAddress = 1.2.3.4 & 255.255; SAVE FlowKind = 7 & 3; COUNT;"),
            Is.EqualTo(["null: GotoAct, 2", "sourcePeerAddress/16 = 1.2.0.0: PushRuleToAct, 3", "flowKind & 3 = 7: Count"])
        );

    private static string[] Rules(string program) =>
        [
            .. RuleSetWriter
                .Write(SrlCompiler.Compile(program, "test.srl").RuleSet!)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('#')[0].TrimEnd())
                .Where(line => line.Length > 0),
        ];
}
