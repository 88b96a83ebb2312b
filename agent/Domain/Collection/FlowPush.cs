using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Sends what changed to a meter reader, which need not come for it: rtfmDomainFlowsPushed.</summary>
/// <remarks>The reader confirms the last part when it has stored all of them; a push that was not confirmed is sent with the next one.</remarks>
/// <param name="credentials">Ours at the reader, in the context of the domain.</param>
/// <param name="patience">How long to wait for the first answer; a reader stores all before it confirms.</param>
internal sealed class FlowPush(
    SnmpClient client,
    SnmpCredentials credentials,
    AggregatedFlows flows,
    MemberReadings readings,
    DomainReaders readers,
    ICollectedDomain domain,
    EngineIdentity identity,
    TimeSpan? patience = null
)
{
    /// <summary>Octets of varbinds in one inform: what a datagram holds, less the message around them.</summary>
    private const int LongestPart = 60_000;

    private static readonly ObjectIdentifier Notification = new([.. DomainMib.Notifications, 11]);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>For the first part, which a reader that is there confirms at once: one that is away must not hold up the collection.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    private static readonly FlowAttribute[] Reckoned =
    [
        FlowAttribute.SourceInterface,
        FlowAttribute.DestInterface,
        FlowAttribute.ToOctets,
        FlowAttribute.ToPdus,
        FlowAttribute.FromOctets,
        FlowAttribute.FromPdus,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
        FlowAttribute.EntryPoint,
        FlowAttribute.ExitPoint,
        FlowAttribute.ExitToOctets,
        FlowAttribute.ExitToPdus,
        FlowAttribute.ExitFromOctets,
        FlowAttribute.ExitFromPdus,
        FlowAttribute.Observations,
    ];

    private readonly AggregatedRows _rows = new(flows);
    private readonly byte[] _package = new byte[ushort.MaxValue];
    private string _to = "";

    /// <summary>Sends what changed since the last push that was confirmed.</summary>
    /// <param name="to">The reader, as host:port; empty: there is none.</param>
    /// <param name="round">The collection's number.</param>
    /// <returns>Null: all is stored, or nobody wants it; else why not.</returns>
    public async Task<SnmpException?> PushAsync(string to, uint round, CancellationToken cancellationToken)
    {
        if (to != _to || to.Length > 0 && readers.Current.PushedBefore is null)
            readers.Pushed(to.Length == 0 ? null : 0);
        _to = to;
        if (readers.Current.PushedBefore is not { } since)
            return null;
        var start = flows.Now;
        try
        {
            var target = await SnmpHost
                .ResolveAsync(
                    to,
                    new SnmpTarget(SnmpTarget.Nowhere, credentials)
                    {
                        Timeout = patience ?? Patience,
                        Retries = 2,
                        Name = to,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            await SendAsync(target, round, since, cancellationToken).ConfigureAwait(false);
            readers.Pushed(start);
            return null;
        }
        catch (SnmpException fault)
        {
            return fault;
        }
    }

    private async Task SendAsync(SnmpTarget target, uint round, uint since, CancellationToken cancellationToken)
    {
        var (part, length) = (Begin(), 0);
        var towards = target with { Timeout = target.Timeout < FirstPatience ? target.Timeout : FirstPatience, Retries = 1 };
        foreach (var varBind in Readings().Concat(Names()))
            await AddAsync(varBind).ConfigureAwait(false);
        await EndPartAsync().ConfigureAwait(false);
        towards = target;
        foreach (var varBind in domain.RuleSets.SelectMany(each => Changed(each, since)))
            await AddAsync(varBind).ConfigureAwait(false);
        await InformAsync(target, part, round, cancellationToken).ConfigureAwait(false);

        async ValueTask AddAsync(VarBind varBind)
        {
            var octets = OctetsOf(varBind);
            if (length + octets > LongestPart)
                await EndPartAsync().ConfigureAwait(false);
            part.Add(varBind);
            length += octets;
        }

        async ValueTask EndPartAsync()
        {
            await InformAsync(towards, part, 0, cancellationToken).ConfigureAwait(false);
            (part, length) = (Begin(), 0);
        }
    }

    private Task InformAsync(SnmpTarget target, List<VarBind> part, uint round, CancellationToken cancellationToken)
    {
        part[1] = new(part[1].Name, SnmpValue.Counter32(round));
        return client.InformAsync(target, flows.Now, Notification, part, identity.Id, cancellationToken);
    }

    private List<VarBind> Begin() =>
        [new(new([.. DomainMib.Self, 1, 0]), SnmpValue.OctetString(domain.Name)), new(new([.. DomainMib.Collection, 3, 0]), SnmpValue.Counter32(0))];

    private IEnumerable<VarBind> Readings()
    {
        foreach (var reading in readings.All)
        {
            yield return new(Name(1), SnmpValue.OctetString(reading.Id.Octets));
            yield return new(Name(2), SnmpValue.Unsigned32(reading.Boots));
            yield return new(Name(3), SnmpValue.TimeTicks(reading.Uptime));
            yield return new(Name(4), SnmpValue.TimeTicks(unchecked(flows.Now - reading.ReadAt)));
            yield return new(Name(5), SnmpValue.Unsigned32((uint)flows.ObservationsOf(reading.Number)));

            ObjectIdentifier Name(uint column) => new([.. DomainMib.ReadingEntry, column, (uint)reading.Number]);
        }
    }

    /// <summary>What people call members and rule sets.</summary>
    private IEnumerable<VarBind> Names()
    {
        foreach (var member in domain.Members)
        {
            yield return DomainNames.Member(2, member.Id, SnmpValue.OctetString(member.Address));
            yield return DomainNames.Member(3, member.Id, SnmpValue.OctetString(member.Name));
            yield return DomainNames.Member(4, member.Id, SnmpValue.Integer(member.Number));
        }
        foreach (var ruleSet in domain.RuleSets)
            yield return new(MeterMib.RuleInfo(MeterMib.RuleInfoName, (uint)ruleSet.Number), SnmpValue.OctetString(ruleSet.Name));
    }

    private IEnumerable<VarBind> Changed(CollectedRuleSet ruleSet, uint since)
    {
        ImmutableArray<FlowAttribute> attributes = [.. ruleSet.Key, .. Reckoned, .. ruleSet.SavesSamples ? DelayStatistics.All : []];
        var selector = new ObjectIdentifier([
            .. Oids.ExtendedPackageEntry,
            FlowMeterMib.PackageData,
            (uint)attributes.Length,
            .. attributes.Select(each => (uint)each),
        ]);
        var number = (uint)ruleSet.Number;
        for (var after = 0u; _rows.TryNext([number, since, after], out var index) && index.RuleSet == number; after = index.Flow)
        {
            var writer = new FlowDataPackage.Writer(_package);
            if (_rows.TryWritePackage(attributes.AsSpan(), ref writer))
                yield return new(selector.Append(number, index.TimeMark, index.Flow), SnmpValue.OctetString(writer.Finish()));
        }
    }

    /// <summary>How long it is in a message: at most.</summary>
    private static int OctetsOf(in VarBind varBind)
    {
        const int Headers = 16;
        var octets = Headers + varBind.Value.Octets.Length;
        foreach (var number in varBind.Name.Span)
        {
            octets++;
            for (var rest = number >> 7; rest > 0; rest >>= 7)
                octets++;
        }
        return octets;
    }
}
