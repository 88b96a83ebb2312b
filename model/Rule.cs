namespace Rtfm.Model;

/// <summary>One rule of a rule set: <c>selector &amp; mask = value: action, parameter</c> (RFC 2722 §4.4).</summary>
/// <param name="Selector">The attribute tested, pushed or, for v1 to v5, assigned.</param>
/// <param name="Mask">Applied to the attribute before the comparison; all zero: the test succeeds.</param>
/// <param name="Value">Compared with the masked attribute; for Assign its first octet is the attribute number (AMB-01).</param>
/// <param name="Action">What is done when the test succeeds or is switched off.</param>
/// <param name="Parameter">The rule to go on with, counted from 1; 1 where the action has no use for it.</param>
public readonly record struct Rule(FlowAttribute Selector, RuleAddress Mask, RuleAddress Value, Opcode Action, int Parameter)
{
    /// <summary>What RFC 2720 gives a rule that no manager has written yet (MIB-35): ignore, two zero octets of mask and value.</summary>
    public static Rule Unset { get; } = new(FlowAttribute.Null, new RuleAddress([0, 0]), new RuleAddress([0, 0]), Opcode.Ignore, 1);
}
