using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Mib;

/// <summary>A group that is read like any other, and in which a SET is a message of RTFM-DOMAIN-MIB.</summary>
internal sealed class SettableGroup(IMibProvider reading, DomainSet set) : IMibProvider
{
    public ObjectIdentifier Root => reading.Root;

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response) =>
        reading.Get(name, request, ref response);

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response) =>
        reading.GetNext(after, request, ref response);

    public ErrorStatus Test(SetTransaction transaction, int index) => set.Test(transaction, index);
}
