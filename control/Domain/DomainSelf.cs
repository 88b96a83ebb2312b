namespace Rtfm.Control.Domain;

/// <summary>What an agent is in its domain (rtfmDomainSelf).</summary>
/// <param name="Id">Its snmpEngineID, in hexadecimal digits.</param>
/// <param name="SystemName">Its sysName.</param>
/// <param name="Domain">Empty: it is in none.</param>
/// <param name="Role">outside, joining, member, candidate or master.</param>
/// <param name="MasterId">The master's snmpEngineID; empty: none is known.</param>
/// <param name="MasterAddress">As host:port; empty: none is known.</param>
/// <param name="Boots">snmpEngineBoots: how often it was started.</param>
/// <param name="SinceChange">Since the master, or its absence, last changed; in hundredths of a second.</param>
public sealed record DomainSelf(
    string Id,
    string SystemName,
    string Domain,
    string Role,
    uint Term,
    string MasterId,
    string MasterAddress,
    DomainVersion State,
    bool IsSettled,
    uint Elections,
    uint MasterChanges,
    uint SinceChange,
    int Priority,
    uint Boots
)
{
    public bool IsMaster => Role == "master";

    public bool IsInDomain => Domain.Length > 0;
}
