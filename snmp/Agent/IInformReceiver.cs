using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Agent;

/// <summary>Takes informs of SNMPv3 that are sent to an agent's engine (RFC 3416 §4.2.7): agents may tell one another something.</summary>
public interface IInformReceiver
{
    /// <summary>An inform is taken from those only who are authenticated and may set this object.</summary>
    ObjectIdentifier Permission { get; }

    /// <summary>Takes an inform, or says why not. Called on the agent's request thread: it must not wait.</summary>
    /// <param name="id">Which notification it is: the value of snmpTrapOID.0.</param>
    /// <param name="objects">What stands behind sysUpTime.0 and snmpTrapOID.0.</param>
    /// <returns>The error-status of the answer.</returns>
    ErrorStatus Receive(in MibRequest from, ObjectIdentifier id, IReadOnlyList<VarBind> objects);
}
