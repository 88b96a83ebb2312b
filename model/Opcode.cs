namespace Rtfm.Model;

/// <summary>The action of a rule: ActionNumber of RFC 2720 §4, described in RFC 2722 §4.4.</summary>
public enum Opcode : byte
{
    Ignore = 1,
    NoMatch = 2,
    Count = 3,
    CountPkt = 4,
    Return = 5,
    Gosub = 6,
    GosubAct = 7,
    Assign = 8,
    AssignAct = 9,
    Goto = 10,
    GotoAct = 11,
    PushRuleTo = 12,
    PushRuleToAct = 13,
    PushPktTo = 14,
    PushPktToAct = 15,
    PopTo = 16,
    PopToAct = 17,
}

/// <summary>What actions have in common.</summary>
public static class Opcodes
{
    /// <summary>The action makes the rule's attribute part of the flow: pushing ones do, and counting ones, which push before they count.</summary>
    public static bool Pushes(this Opcode action) => action is Opcode.Count or Opcode.CountPkt or (>= Opcode.PushRuleTo and <= Opcode.PushPktToAct);
}
