namespace Rtfm.Model.Tests;

/// <summary>What actions do to a flow's key (RFC 2722 §4.4).</summary>
[TestFixture]
public sealed class OpcodeTests
{
    [Test]
    public void Counting_actions_push_their_attribute_as_the_pushing_ones_do() =>
        Assert.That(
            Enum.GetValues<Opcode>().Where(each => each.Pushes()),
            Is.EquivalentTo(new[] { Opcode.Count, Opcode.CountPkt, Opcode.PushRuleTo, Opcode.PushRuleToAct, Opcode.PushPktTo, Opcode.PushPktToAct })
        );
}
