namespace Rtfm.Control.Domain;

/// <summary>A metering point in an agent's list (rtfmDomainMemberTable).</summary>
/// <param name="Id">Its snmpEngineID, in hexadecimal digits.</param>
/// <param name="Address">As host:port.</param>
/// <param name="State">alive or silent; unknown where the agent asked is not the master.</param>
/// <param name="Heard">Since it was last heard of, in hundredths of a second.</param>
/// <param name="Version">The state that it has, as far as the master knows.</param>
public sealed record DomainMemberRow(
    string Id,
    string Address,
    string Name,
    int Number,
    int Priority,
    string State,
    uint Heard,
    DomainVersion Version
);
