namespace Rtfm.Control.Domain;

/// <summary>One rule set at one member, as the master knows it (rtfmDomainDeliveryTable).</summary>
/// <param name="Member">The member's snmpEngineID, in hexadecimal digits.</param>
/// <param name="State">waiting, loading, loaded, active, refused or unreachable.</param>
/// <param name="Active">The version that the member runs; 0: none.</param>
public sealed record DeliveryRow(uint RuleSet, string Member, uint Version, string State, string Reason, uint Active);
