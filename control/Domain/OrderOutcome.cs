namespace Rtfm.Control.Domain;

/// <summary>What became of an order for a rule set of the domain.</summary>
/// <param name="Version">The version that was to run; 0: none.</param>
/// <param name="Result">
/// everywhere: every member runs it, or runs none; partly: those do that can be reached and do not refuse; givenUp: all go on with the version before; pending:
/// it was not over in the time allowed.
/// </param>
public sealed record OrderOutcome(string Domain, string Master, string RuleSet, uint Version, string Result, IReadOnlyList<MemberOutcome> Members);
