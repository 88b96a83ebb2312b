using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.Control.Reading;

/// <summary>
/// Reads the flows of one rule set that were active at or after a time, with GETBULK on flowDataPackageTable, or its like for attributes beyond 255 (READ-03, MIB-100 to MIB-106): the flow
/// indexes in ranges, one request in flight for each range.
/// </summary>
/// <remarks>
/// A flow that exists all the time is met by whoever reads its range, as it would be by one who reads all. The first answer shows how densely flows lie,
/// so it alone is waited for; a table that fits into one answer takes one request. Where an answer shows that nothing lies between its range and another
/// flow, the ranges between are not asked for.
/// </remarks>
public sealed class PackageReading
{
    /// <summary>How many full answers a range is made to take: asking beyond its end costs a part of one.</summary>
    private const int AnswersPerRange = 4;

    private readonly IMeterSession _meter;
    private readonly ObjectIdentifier _prefix;
    private readonly PackageSpool _spool;
    private readonly int _flowsPerRequest;
    private readonly Lock _oneAtATime = new();
    private long _next;
    private long _width = long.MaxValue;
    private bool _isEndSeen;

    private PackageReading(IMeterSession meter, ObjectIdentifier prefix, int flowsPerRequest, PackageSpool spool) =>
        (_meter, _prefix, _flowsPerRequest, _spool) = (meter, prefix, flowsPerRequest, spool);

    /// <summary>Reads until the meter's answers leave what was asked for.</summary>
    /// <exception cref="CollectionException">The meter's table goes backwards or has no end.</exception>
    public static Task ReadAsync(
        IMeterSession meter,
        int ruleSet,
        uint since,
        int flowsPerRequest,
        int requestsInFlight,
        PackageSpool spool,
        CancellationToken cancellationToken
    ) => ReadAsync(meter, Selector(spool.Attributes).Append((uint)ruleSet, since), flowsPerRequest, requestsInFlight, spool, cancellationToken);

    /// <summary>Reads a column of octet strings whose last index is the flow's, until the meter's answers leave it.</summary>
    /// <param name="prefix">The column and what stands before the flow index.</param>
    /// <exception cref="CollectionException">The meter's table goes backwards or has no end.</exception>
    public static async Task ReadAsync(
        IMeterSession meter,
        ObjectIdentifier prefix,
        int flowsPerRequest,
        int requestsInFlight,
        PackageSpool spool,
        CancellationToken cancellationToken
    )
    {
        var reading = new PackageReading(meter, prefix, flowsPerRequest, spool);
        await reading.ReadFirstAsync(cancellationToken).ConfigureAwait(false);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = new List<Task>();
        for (var i = 0; i < requestsInFlight; i++)
            workers.Add(reading.ReadRangesAsync(stopping));
        await Task.WhenAll(workers).ConfigureAwait(false);
    }

    /// <summary>True where the meter shows any package at all for the rule set, whatever its time.</summary>
    public static Task<bool> HasAnyAsync(
        IMeterSession meter,
        ImmutableArray<FlowAttribute> attributes,
        int ruleSet,
        CancellationToken cancellationToken
    ) => FirstUnder.IsThereAsync(meter, Selector(attributes).Append((uint)ruleSet), cancellationToken);

    private async Task ReadFirstAsync(CancellationToken cancellationToken)
    {
        var range = new PackageRange(_meter.Name, _prefix, from: 0, to: uint.MaxValue, _spool.Open(0));
        await AskAsync(range, cancellationToken).ConfigureAwait(false);
        _next = range.Last;
    }

    private async Task ReadRangesAsync(CancellationTokenSource stopping)
    {
        try
        {
            while (TryTake(out var range))
            {
                while (!range.IsDone)
                    await AskAsync(range, stopping.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            // The first fault ends the reading; the others' cancellations are not what went wrong.
            await stopping.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task AskAsync(PackageRange range, CancellationToken cancellationToken)
    {
        var flows = (int)Math.Min(_flowsPerRequest, range.To - range.Last);
        range.BeginAnswer();
        var isMore = await _meter.NextAsync([_prefix.Append((uint)range.Last)], flows, range, cancellationToken).ConfigureAwait(false);
        range.EndAnswer(isMore);
        lock (_oneAtATime)
        {
            _isEndSeen |= range.IsTableEnd;
            if (range.Beyond is { } flow)
                _next = Math.Max(_next, flow - 1);
            if (range.Reach > 0)
                _width = AnswersPerRange * range.Reach;
        }
    }

    private bool TryTake(out PackageRange range)
    {
        lock (_oneAtATime)
        {
            range = null!;
            if (_isEndSeen || _next >= uint.MaxValue)
                return false;
            var from = _next;
            _next = Math.Min(uint.MaxValue, from + Math.Min(_width, uint.MaxValue));
            range = new PackageRange(_meter.Name, _prefix, from, _next, _spool.Open(from));
            return true;
        }
    }

    private static ObjectIdentifier Selector(ImmutableArray<FlowAttribute> attributes) =>
        new([
            .. FlowMeterMib.PackageEntryFor(attributes.AsSpan()),
            FlowMeterMib.PackageData,
            (uint)attributes.Length,
            .. attributes.Select(each => (uint)each),
        ]);
}
