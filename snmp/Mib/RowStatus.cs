namespace Rtfm.Snmp.Mib;

/// <summary>The states of a conceptual row and the commands that change them (RFC 2579 RowStatus).</summary>
public enum RowStatus
{
    Active = 1,
    NotInService = 2,
    NotReady = 3,
    CreateAndGo = 4,
    CreateAndWait = 5,
    Destroy = 6,
}
