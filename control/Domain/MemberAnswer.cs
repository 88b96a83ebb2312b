namespace Rtfm.Control.Domain;

/// <summary>What became of asking a member.</summary>
/// <param name="Self">Null: it did not answer, or has no RTFM-DOMAIN-MIB.</param>
/// <param name="Error">Why it did not answer; null: it did.</param>
public sealed record MemberAnswer(DomainMemberRow Member, DomainAgent? Agent, DomainSelf? Self, string? Error);
