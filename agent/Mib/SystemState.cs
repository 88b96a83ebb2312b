using Rtfm.Agent.Metering;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>sysContact, sysName and sysLocation, kept over restarts.</summary>
internal sealed class SystemState(MeterStateFile file, Func<uint> now) : IControlState<SystemIdentity>
{
    public SystemIdentity Current { get; private set; } =
        new()
        {
            Contact = file.State.SysContact ?? "",
            Name = file.State.SysName ?? Environment.MachineName,
            Location = file.State.SysLocation ?? "",
        };

    public uint Now => now();

    public bool TryReplace(SystemIdentity expected, SystemIdentity next)
    {
        if (!ReferenceEquals(expected, Current))
            return false;
        file.Update(state => state with { SysContact = next.Contact, SysName = next.Name, SysLocation = next.Location });
        Current = next;
        return true;
    }
}
