using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control.Domain;

public sealed partial class DomainAgent
{
    /// <summary>Has the master bring a version that it has loaded to all members.</summary>
    /// <param name="ruleSet">Its number in the master's flowRuleSetInfoTable.</param>
    /// <param name="isForced">Members that can run it do, even if others refuse it.</param>
    public Task ApplyAsync(string name, uint version, uint ruleSet, bool isForced, CancellationToken cancellationToken) =>
        OrderAsync(
            $"'{DomainMib.NameOf(name, version)}' is not taken: this is not the master any more, or another version is on its way",
            cancellationToken,
            new(Scalar(DomainMib.Order, 1), SnmpValue.OctetString(name)),
            new(Scalar(DomainMib.Order, 2), SnmpValue.Unsigned32(version)),
            new(Scalar(DomainMib.Order, 3), SnmpValue.Integer(ruleSet)),
            new(Scalar(DomainMib.Order, 4), SnmpValue.Integer(isForced ? 1 : 2))
        );

    /// <summary>Has the master go to a version that members have kept; 0: stop the rule set everywhere and remove it.</summary>
    public Task ActivateAsync(string name, uint version, CancellationToken cancellationToken) =>
        OrderAsync(
            $"'{name}' is not changed: this is not the master any more, its state has not settled, or a version is on its way",
            cancellationToken,
            new(Scalar(DomainMib.Order, 5), SnmpValue.OctetString(name)),
            new(Scalar(DomainMib.Order, 6), SnmpValue.Unsigned32(version))
        );

    /// <summary>Has the master collect in another way; null: as before.</summary>
    /// <param name="mode">parallel or serial.</param>
    /// <param name="interval">Seconds.</param>
    /// <param name="push">The meter reader to send flows to, as host:port; empty: none.</param>
    /// <param name="delays">master or distributed.</param>
    public Task CollectAsync(string? mode, uint? interval, string? push, string? delays, CancellationToken cancellationToken)
    {
        var order = new List<VarBind>();
        if (mode is not null)
            order.Add(new(Scalar(DomainMib.Collection, 1), SnmpValue.Integer(mode == "serial" ? 2 : 1)));
        if (interval is { } seconds)
            order.Add(new(Scalar(DomainMib.Collection, 2), SnmpValue.Unsigned32(seconds)));
        if (push is not null)
            order.Add(new(Scalar(DomainMib.Collection, 9), SnmpValue.OctetString(push)));
        if (delays is not null)
            order.Add(new(Scalar(DomainMib.Collection, 12), SnmpValue.Integer(delays == "distributed" ? 2 : 1)));
        return OrderAsync("the collection is not changed: this is not the master any more", cancellationToken, [.. order]);
    }

    /// <summary>Has this member ask to be taken out, and stay out until <see cref="ParticipateAsync"/>.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => ParticipationAsync(2, cancellationToken);

    /// <summary>Has this member take part again.</summary>
    public Task ParticipateAsync(CancellationToken cancellationToken) => ParticipationAsync(1, cancellationToken);

    /// <summary>Has the master take a member out of the domain.</summary>
    /// <param name="id">Its snmpEngineID, in hexadecimal digits.</param>
    public Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        var octets = Convert.FromHexString(id);
        uint[] index = [(uint)octets.Length, .. octets.Select(each => (uint)each)];
        return OrderAsync(
            $"member {id} is not removed: this is not the master any more, the state has not settled, or the member is gone",
            cancellationToken,
            new VarBind(new([.. DomainMib.MemberEntry, 10, .. index]), SnmpValue.Integer(2))
        );
    }

    /// <summary>Has the master hand over.</summary>
    public Task HandOverAsync(string id, CancellationToken cancellationToken) =>
        OrderAsync(
            $"it does not hand over to {id}: it is not the master any more, or the other has not the newest state",
            cancellationToken,
            new VarBind(Scalar(DomainMib.Self, 15), SnmpValue.OctetString(Convert.FromHexString(id)))
        );

    /// <summary>Where there is no master: has this member stand for a term at once.</summary>
    public Task StandAsync(uint term, CancellationToken cancellationToken) =>
        OrderAsync(
            $"it does not stand for term {term}: a later one has begun, or it cannot",
            cancellationToken,
            new VarBind(Scalar(DomainMib.Protocol, 17), SnmpValue.Unsigned32(term))
        );

    private Task ParticipationAsync(int participation, CancellationToken cancellationToken) =>
        OrderAsync(
            "it has no domain to leave or to join",
            cancellationToken,
            new VarBind(Scalar(DomainMib.Self, 13), SnmpValue.Integer(participation))
        );

    private async Task OrderAsync(string refusal, CancellationToken cancellationToken, params VarBind[] order)
    {
        try
        {
            await Meter.SetAsync(cancellationToken, order).ConfigureAwait(false);
        }
        catch (SnmpErrorException error) when (error.Status == ErrorStatus.InconsistentValue)
        {
            throw new OrderRefusedException($"{this}: {refusal}", error);
        }
        catch (SnmpErrorException error) when (error.Status is ErrorStatus.NoAccess or ErrorStatus.AuthorizationError or ErrorStatus.NotWritable)
        {
            throw new MeterException($"{this}: who asks may not change the domain. Give the credentials of one who may with --credentials", error);
        }
    }
}
