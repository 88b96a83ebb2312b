using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>A domain of meters to collect from as one, checked and ready for use.</summary>
/// <param name="Name">What the store calls it.</param>
/// <param name="Members">Addresses of some members; one that answers is enough.</param>
/// <param name="Target">In whose name members are asked, and how patiently; the address is each member's own.</param>
/// <param name="Reading">How flows are read.</param>
public sealed record DomainSettings(string Name, IReadOnlyList<string> Members, SnmpTarget Target, MeterSettings Reading)
{
    /// <summary>Where flows are pushed to; null: they are fetched.</summary>
    public PushSettings? Push { get; init; }

    /// <summary>What says of a domain's record which flow it is: interfaces and what is adjacent to them are of observations.</summary>
    public static IEnumerable<FlowAttribute> Key { get; } =
    [
        .. MeterSettings.EveryKeyAttribute.Except([
            FlowAttribute.SourceInterface,
            FlowAttribute.DestInterface,
            FlowAttribute.SourceAdjacentType,
            FlowAttribute.SourceAdjacentAddress,
            FlowAttribute.SourceAdjacentMask,
            FlowAttribute.DestAdjacentType,
            FlowAttribute.DestAdjacentAddress,
            FlowAttribute.DestAdjacentMask,
        ]),
    ];

    /// <summary>The agent at an address, asked about itself.</summary>
    public async Task<Control.Meter> AgentAsync(SnmpClient client, string address, CancellationToken cancellationToken) =>
        new(client, await SnmpHost.ResolveAsync(address, Target with { Name = address }, cancellationToken).ConfigureAwait(false));

    /// <summary>An agent, asked about the whole domain's flows.</summary>
    public IMeterSession OpenContext(SnmpClient client, SnmpTarget master) =>
        new SnmpMeterSession(client, master with { Credentials = InContext, Name = $"{Name} ({master.Name})" });

    /// <summary>Made once: keys and the agents' times are known by the object.</summary>
    private SnmpCredentials InContext { get; } = Target.Credentials is UserCredentials user ? user.InContext(DomainMib.Context) : Target.Credentials;
}

/// <summary>Where a master pushes flows to.</summary>
/// <param name="Credentials">In whose name it comes: the user that all members have.</param>
public sealed record PushSettings(System.Net.IPEndPoint Listen, SnmpCredentials Credentials);
