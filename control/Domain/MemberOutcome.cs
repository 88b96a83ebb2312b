namespace Rtfm.Control.Domain;

/// <summary>What became of an order at one member.</summary>
/// <param name="State">waiting, loading, loaded, active, refused or unreachable.</param>
/// <param name="Active">The version that it runs; 0: none.</param>
public sealed record MemberOutcome(string Member, string Address, string State, string Reason, uint Active);
