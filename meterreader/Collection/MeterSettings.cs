using System.Collections.Immutable;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Collection;

/// <summary>One meter and what to collect from it, checked and ready for use.</summary>
/// <param name="Target">The meter's agent. Its address may be stale by a name server's answer; it is resolved anew for every collection.</param>
/// <param name="Host">What <paramref name="Target"/>'s address was made of.</param>
/// <param name="FlowsPerRequest">Asked for with each GETBULK; null: as many as the way to the meter is good for.</param>
/// <param name="RuleSets">Names or numbers; empty: all that run or have flows.</param>
/// <param name="Attributes">What is asked for, counters and times included.</param>
/// <param name="Owner">Who we are in the meter's table of readers; null: the store's own name.</param>
public sealed record MeterSettings(
    string Name,
    string Host,
    SnmpTarget Target,
    TimeSpan Interval,
    int? FlowsPerRequest,
    IReadOnlyList<string> RuleSets,
    ImmutableArray<FlowAttribute> Attributes,
    string? Owner
)
{
    /// <summary>Beside <see cref="Attributes"/>, what the rules of each rule set push is asked for.</summary>
    public bool AddsPushed { get; init; }

    /// <summary>How many requests for flows are under way at the same time.</summary>
    public int RequestsInFlight { get; init; } = MeterOptions.DefaultRequestsInFlight;

    /// <summary>What every record has: who it is, when it was, how much.</summary>
    public static ImmutableArray<FlowAttribute> Always { get; } =
    [
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
        FlowAttribute.ToOctets,
        FlowAttribute.ToPdus,
        FlowAttribute.FromOctets,
        FlowAttribute.FromPdus,
    ];

    /// <summary>All that can be part of a flow's key, addresses with their masks, as far as every meter has it (MIB-131: identifiers are optional).</summary>
    public static ImmutableArray<FlowAttribute> EveryKeyAttribute { get; } =
    [
        .. FlowAttributes
            .All.Where(each => IsStored(each) && each.Is(AttributeRoles.Column) && each.Syntax != AttributeSyntax.Octets)
            .Select(each => each.Number)
            .Except(Always),
    ];

    /// <summary>A session with the meter; its address is looked up anew: a name server may have moved it since the last collection.</summary>
    /// <exception cref="SnmpTransportException">Its name has no address.</exception>
    public async Task<IMeterSession> OpenAsync(SnmpClient client, CancellationToken cancellationToken) =>
        new SnmpMeterSession(client, await SnmpHost.ResolveAsync(Host, Target, cancellationToken).ConfigureAwait(false));

    /// <summary>How long the meter keeps our place if we do not come: some collections may fail.</summary>
    public int ReaderTimeoutSeconds => (int)Math.Min(Math.Max(Interval.TotalSeconds * 3, 600), int.MaxValue);

    /// <summary>True for what a flow can be asked for and the store has a column for: all but the scales (MIB-84) and what says which flow it is.</summary>
    public static bool IsStored(AttributeInfo attribute) =>
        attribute.Is(AttributeRoles.Package)
        && attribute.Number
            is not (
                FlowAttribute.FlowIndex
                or FlowAttribute.FlowStatus
                or FlowAttribute.FlowTimeMark
                or FlowAttribute.RuleSet
                or FlowAttribute.PduScale
                or FlowAttribute.OctetScale
                or FlowAttribute.Distributions
                // Of a domain's records: the store has what each member saw.
                or FlowAttribute.EntryPoint
                or FlowAttribute.ExitPoint
                or FlowAttribute.ExitToOctets
                or FlowAttribute.ExitToPdus
                or FlowAttribute.ExitFromOctets
                or FlowAttribute.ExitFromPdus
                or FlowAttribute.Observations
                // Samples are for whoever pairs them; what was made of them has a table of its own.
                or FlowAttribute.DelaySamples
            )
        && !DelayStatistics.IsResult(attribute.Number);
}
