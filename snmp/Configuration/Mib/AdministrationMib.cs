using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>The MIB modules that show the configuration and the engine's counters, and through which it is changed.</summary>
public static class AdministrationMib
{
    /// <returns>What answers for them.</returns>
    public static IEnumerable<IMibProvider> Providers(IControlState<SnmpConfiguration> configuration, SnmpCounters counters, EngineIdentity engine)
    {
        var plane = new ControlPlane<SnmpConfiguration>(configuration);
        plane.ReadOnly([1, 3, 6, 1, 6, 3, 11, 2, 1, 1, 0], Smi.Counter32, _ => counters.UnknownSecurityModels);
        plane.ReadOnly([1, 3, 6, 1, 6, 3, 11, 2, 1, 2, 0], Smi.Counter32, _ => counters.InvalidMessages);
        plane.ReadOnly([1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0], Smi.Counter32, _ => counters.UnknownPduHandlers);
        plane.ReadWrite(
            [1, 3, 6, 1, 2, 1, 11, 30, 0],
            ConfigurationTables.Enumeration(2),
            state => state.AuthenticationTraps ? 1 : 2,
            (state, value) => state with { AuthenticationTraps = value == 1 }
        );
        DeclareTransportSecurity(plane, counters);
        UsmMib.Declare(plane, counters);
        VacmMib.Declare(plane);
        TargetMib.Declare(plane, counters, engine);
        return plane.Objects;
    }

    // SNMP-TSM-MIB (RFC 5591 §7). Transports that say who asks all give the highest level, and names have no prefix.
    private static void DeclareTransportSecurity(ControlPlane<SnmpConfiguration> plane, SnmpCounters counters)
    {
        plane.ReadOnly([1, 3, 6, 1, 2, 1, 190, 1, 1, 1, 0], Smi.Counter32, _ => counters.InvalidTransportCaches);
        plane.ReadOnly([1, 3, 6, 1, 2, 1, 190, 1, 1, 2, 0], Smi.Counter32, _ => 0u);
        plane.ReadOnly([1, 3, 6, 1, 2, 1, 190, 1, 1, 3, 0], Smi.Counter32, _ => 0u);
        plane.ReadOnly([1, 3, 6, 1, 2, 1, 190, 1, 1, 4, 0], Smi.Counter32, _ => 0u);
        plane.ReadOnly([1, 3, 6, 1, 2, 1, 190, 1, 2, 1, 0], Smi.TruthValue, _ => false);
    }
}
