using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells that somebody asked whose community, name or keys were wrong, where snmpEnableAuthenTraps lets it (RFC 3418 §2 authenticationFailure).</summary>
internal sealed class AuthenticationWatch(SnmpCounters counters, Func<SnmpConfiguration> configuration, Action<Notification> raise)
{
    private uint _failures;

    /// <summary>To be called about once a second: what happens between two calls is told once.</summary>
    public void Look()
    {
        var failures = unchecked(counters.AuthenticationFailures + counters.InBadCommunityNames);
        if (failures != _failures && configuration().AuthenticationTraps)
            raise(new Notification(Notification.AuthenticationFailure));
        _failures = failures;
    }
}
