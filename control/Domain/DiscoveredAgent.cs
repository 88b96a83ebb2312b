namespace Rtfm.Control.Domain;

/// <summary>An agent that discovery has found.</summary>
/// <param name="Address">Where it answered.</param>
/// <param name="Kind">member, meter (in no domain) or agent (no meter at all).</param>
/// <param name="FoundBy">seed, range, or the address of the member that named it.</param>
/// <param name="Error">Why it does not answer; null: it does.</param>
public sealed record DiscoveredAgent(string Address, string Name, string Kind, string FoundBy, DomainSelf? Self, string? Error);
