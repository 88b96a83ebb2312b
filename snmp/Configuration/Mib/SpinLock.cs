using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>An advisory lock: a SET with the value it has goes through and counts it up (RFC 2579 TestAndIncr).</summary>
internal static class SpinLock
{
    /// <param name="instance">Its object identifier with the final 0.</param>
    public static void Declare(ControlPlane<SnmpConfiguration> plane, params ReadOnlySpan<uint> instance)
    {
        var name = new Ber.ObjectIdentifier(instance).ToString();
        plane.ReadWrite(
            instance,
            Smi.Range(0, int.MaxValue),
            state => state.SpinLocks.GetValueOrDefault(name),
            (state, value) => state with { SpinLocks = state.SpinLocks.SetItem(name, value == int.MaxValue ? 0 : value + 1) },
            (state, expected) => state.SpinLocks.GetValueOrDefault(name) == expected ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
    }
}
