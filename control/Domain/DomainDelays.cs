using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>Reads delay and loss of a domain's flows from its master.</summary>
public sealed class DomainDelays
{
    private const int FlowsPerLargeAnswer = 500;
    private const int FlowsPerDatagram = 50;
    private const int RequestsInFlight = 2;

    private static readonly ImmutableArray<FlowAttribute> Attributes =
    [
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.EntryPoint,
        FlowAttribute.ExitPoint,
        .. DelayStatistics.All,
    ];

    private readonly DomainView _view;
    private readonly SnmpMeterSession _context;
    private readonly IReadOnlyList<DomainRuleSetRow> _ruleSets;

    private DomainDelays(DomainView view, SnmpCredentials inContext, IReadOnlyList<DomainRuleSetRow> ruleSets)
    {
        (_view, _ruleSets) = (view, ruleSets);
        var meter = view.Source.Meter;
        _context = new(meter.Client, meter.Target with { Credentials = inContext });
    }

    /// <summary>Finds out which rule sets of the domain sample packets.</summary>
    /// <exception cref="MeterException">There is no master, the user has no way to the domain's flows, or none of its rule sets does.</exception>
    public static async Task<DomainDelays> FindAsync(DomainView view, CancellationToken cancellationToken)
    {
        if (!view.HasMaster)
            throw new MeterException($"domain '{view.Name}': it has no master at the moment");
        var meter = view.Source.Meter;
        if (meter.Target.Credentials is not UserCredentials user)
            throw new MeterException(
                $"{meter}: a domain's flows are in SNMP context '{DomainMib.Context}': name a user of SNMPv3, with --credentials"
            );
        var sampled = await SampledAsync(view, cancellationToken).ConfigureAwait(false);
        return sampled.Count > 0
            ? new(view, user.InContext(DomainMib.Context), sampled)
            : throw new MeterException(
                $"domain '{view.Name}': none of its rule sets saves DelaySamples, so no packets are sampled. One that does: docs/rulesets/domain-delay.srl."
            );
    }

    /// <summary>The domain's rule sets that sample packets, as the master's meter has their rules.</summary>
    /// <exception cref="MeterException">The answers make no sense.</exception>
    /// <exception cref="SnmpException">No answer, or a refusal.</exception>
    public static async Task<IReadOnlyList<DomainRuleSetRow>> SampledAsync(DomainView view, CancellationToken cancellationToken)
    {
        var meter = view.Source.Meter;
        var loaded = await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var sampled = new List<DomainRuleSetRow>();
        foreach (var ruleSet in await view.Source.RuleSetsAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = DomainMib.NameOf(ruleSet.Name, ruleSet.Active);
            if (
                loaded.FirstOrDefault(each => each.Name == name && each.Owner == DomainMib.OwnerOf(view.Name)) is { } row
                && await SavesSamplesAsync(meter, row, cancellationToken).ConfigureAwait(false)
            )
                sampled.Add(ruleSet);
        }
        return sampled;
    }

    /// <summary>All directions of flows of which something was sampled, in the order of rule sets and flows.</summary>
    /// <exception cref="MeterException">The answers make no sense.</exception>
    /// <exception cref="SnmpException">No answer, or a refusal.</exception>
    public async Task<IReadOnlyList<FlowDelay>> ReadAsync(CancellationToken cancellationToken)
    {
        var delays = new List<FlowDelay>();
        foreach (var ruleSet in _ruleSets)
        {
            using var spool = new PackageSpool((int)ruleSet.Number, Attributes);
            try
            {
                var flows = _context.TakesLargeAnswers ? FlowsPerLargeAnswer : FlowsPerDatagram;
                await PackageReading
                    .ReadAsync(_context, (int)ruleSet.Number, since: 0, flows, RequestsInFlight, spool, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (CollectionException wrong)
            {
                throw new MeterException(wrong.Message);
            }
            foreach (var record in spool.Records())
            {
                Add(DirectionOf(ruleSet, record, isFrom: false));
                Add(DirectionOf(ruleSet, record, isFrom: true));
            }
        }
        return delays;

        void Add(FlowDelay delay)
        {
            if (delay.Statistics != default)
                delays.Add(delay);
        }
    }

    private FlowDelay DirectionOf(DomainRuleSetRow ruleSet, FlowRecord record, bool isFrom)
    {
        var source = EndOf(record, FlowAttribute.SourcePeerAddress, FlowAttribute.SourceTransAddress);
        var dest = EndOf(record, FlowAttribute.DestPeerAddress, FlowAttribute.DestTransAddress);
        var (entry, exit) = (NameOf(record.Number(FlowAttribute.EntryPoint)), NameOf(record.Number(FlowAttribute.ExitPoint)));
        return new(
            ruleSet.Name,
            record.Index,
            isFrom ? "from" : "to",
            isFrom ? dest : source,
            isFrom ? source : dest,
            (int)record.Number(FlowAttribute.SourceTransType),
            isFrom ? exit : entry,
            isFrom ? entry : exit,
            DelayStatistics.Of(record, isFrom)
        );
    }

    private static string EndOf(FlowRecord record, FlowAttribute address, FlowAttribute port)
    {
        var (host, number) = (record.Text(address), record.Text(port));
        if (number is "0" or "")
            return host;
        return IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{host}]:{number}"
            : $"{host}:{number}";
    }

    private string NameOf(ulong number) =>
        _view.Members.FirstOrDefault(each => (ulong)each.Number == number) is { } member ? (member.Name.Length > 0 ? member.Name : member.Address)
        : number == 0 ? ""
        : number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> SavesSamplesAsync(Meter meter, RuleSetRow row, CancellationToken cancellationToken)
    {
        var rules = await meter.ReadRulesAsync(row, cancellationToken).ConfigureAwait(false);
        return rules.Rules.Any(rule => rule.Action.Pushes() && rule.Selector == FlowAttribute.DelaySamples);
    }
}
