using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>A member of the domain, as it is read.</summary>
/// <param name="Number">Its number in the domain, 1 to 65,535.</param>
/// <param name="Id">Its snmpEngineID.</param>
/// <param name="Address">Where it answers: host:port.</param>
/// <param name="Name">What people call it.</param>
internal sealed record CollectedMember(int Number, EngineId Id, string Address, string Name = "");

/// <summary>How members are talked to. The benchmark puts slow ones behind it.</summary>
internal interface IMemberSessions
{
    /// <param name="context">Of the member's engine: the one without a name, or <see cref="DomainMib.Context"/>.</param>
    Task<IMeterSession> OpenAsync(CollectedMember member, string context, CancellationToken cancellationToken);
}

/// <summary>Members over SNMP.</summary>
/// <param name="credentials">What every member knows.</param>
/// <param name="inDomain">The same for the context of the domain: <see cref="UserCredentials.InContext"/>.</param>
internal sealed class MemberSessions(SnmpClient client, SnmpCredentials credentials, SnmpCredentials inDomain) : IMemberSessions
{
    /// <summary>A member that is there answers within milliseconds; a round is not to wait long for one that is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<IMeterSession> OpenAsync(CollectedMember member, string context, CancellationToken cancellationToken)
    {
        var target = new SnmpTarget(SnmpTarget.Nowhere, context.Length == 0 ? credentials : inDomain)
        {
            Name = $"member {member.Number} ({member.Address})",
            Timeout = Patience,
            Retries = 1,
        };
        return new SnmpMeterSession(client, await SnmpHost.ResolveAsync(member.Address, target, cancellationToken).ConfigureAwait(false));
    }
}
