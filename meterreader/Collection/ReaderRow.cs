using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader.Collection;

/// <summary>Our rows in a meter's flowReaderInfoTable: one for each rule set we collect (READ-01, MIB-53).</summary>
internal sealed class ReaderRow(SnmpClient client, SnmpTarget target, uint index)
{
    /// <summary>createAndGo(4).</summary>
    private const int CreateAndGo = 4;

    /// <summary>Rows that others may have between us and a free index.</summary>
    private const int MaxAttempts = 50;

    public uint Index { get; } = index;

    /// <summary>The rows that carry our name, by rule set.</summary>
    public static async Task<Dictionary<int, ReaderRow>> FindAsync(
        SnmpClient client,
        SnmpTarget target,
        string owner,
        CancellationToken cancellationToken
    )
    {
        var ours = new HashSet<uint>();
        await foreach (
            var row in client.WalkAsync(target, MeterMib.Reader(MeterMib.ReaderOwner), cancellationToken: cancellationToken).ConfigureAwait(false)
        )
        {
            if (row.Value.Text == owner)
                ours.Add(row.Name.Span[^1]);
        }
        var rows = new Dictionary<int, ReaderRow>();
        await foreach (
            var row in client.WalkAsync(target, MeterMib.Reader(MeterMib.ReaderRuleSet), cancellationToken: cancellationToken).ConfigureAwait(false)
        )
        {
            if (ours.Contains(row.Name.Span[^1]))
                rows.TryAdd((int)row.Value.Signed, new ReaderRow(client, target, row.Name.Span[^1]));
        }
        return rows;
    }

    /// <summary>Registers with the meter for a rule set.</summary>
    public static async Task<ReaderRow> CreateAsync(
        SnmpClient client,
        SnmpTarget target,
        string owner,
        int ruleSet,
        int timeoutSeconds,
        CancellationToken cancellationToken
    )
    {
        var taken = new HashSet<uint>();
        await foreach (
            var row in client.WalkAsync(target, MeterMib.Reader(MeterMib.ReaderStatus), cancellationToken: cancellationToken).ConfigureAwait(false)
        )
            taken.Add(row.Name.Span[^1]);
        for (uint index = 1, attempts = 0; attempts < MaxAttempts; index++)
        {
            if (taken.Contains(index))
                continue;
            attempts++;
            try
            {
                await client
                    .SetAsync(
                        target,
                        [
                            new(MeterMib.Reader(MeterMib.ReaderStatus, index), SnmpValue.Integer(CreateAndGo)),
                            new(MeterMib.Reader(MeterMib.ReaderRuleSet, index), SnmpValue.Integer(ruleSet)),
                            new(MeterMib.Reader(MeterMib.ReaderOwner, index), SnmpValue.OctetString(owner)),
                            new(MeterMib.Reader(MeterMib.ReaderTimeout, index), SnmpValue.Integer(timeoutSeconds)),
                        ],
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                return new ReaderRow(client, target, index);
            }
            catch (SnmpErrorException error) when (error.Status is ErrorStatus.InconsistentValue or ErrorStatus.BadValue)
            {
                // Somebody took the index a moment ago, or our own first request did: its answer was lost and this was the second.
                var owners = await client.GetAsync(target, [MeterMib.Reader(MeterMib.ReaderOwner, index)], cancellationToken).ConfigureAwait(false);
                var ruleSets = await client
                    .GetAsync(target, [MeterMib.Reader(MeterMib.ReaderRuleSet, index)], cancellationToken)
                    .ConfigureAwait(false);
                if (owners[0].Value.Text == owner && ruleSets[0].Value.Signed == ruleSet)
                    return new ReaderRow(client, target, index);
            }
        }
        throw new CollectionException($"{target}: no free row in flowReaderInfoTable");
    }

    /// <summary>LastTime and PreviousTime.</summary>
    public async Task<(uint Last, uint Previous)> TimesAsync(CancellationToken cancellationToken)
    {
        var times = await client
            .GetAsync(
                target,
                [MeterMib.Reader(MeterMib.ReaderLastTime, Index), MeterMib.Reader(MeterMib.ReaderPreviousTime, Index)],
                cancellationToken
            )
            .ConfigureAwait(false);
        if (times.Count != 2 || times[0].Value.Tag != BerTag.TimeTicks || times[1].Value.Tag != BerTag.TimeTicks)
            throw new CollectionException($"{target}: our row {Index} of flowReaderInfoTable is gone");
        return ((uint)times[0].Value.Number, (uint)times[1].Value.Number);
    }

    /// <summary>Tells the meter that a collection begins: it notes its Uptime (MIB-50).</summary>
    /// <remarks>
    /// Sent once only: a repeated SET would be a second collection, and the meter might then recover flows that were never read. When no answer comes, the
    /// row tells whether the request arrived.
    /// </remarks>
    public async Task<(uint Last, uint Previous)> BeginCollectionAsync(uint lastTime, CancellationToken cancellationToken)
    {
        var once = target with { Retries = 0 };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await client
                    .SetAsync(once, [new(MeterMib.Reader(MeterMib.ReaderLastTime, Index), SnmpValue.TimeTicks(0))], cancellationToken)
                    .ConfigureAwait(false);
                return await TimesAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SnmpTimeoutException) when (attempt < target.Retries)
            {
                var times = await TimesAsync(cancellationToken).ConfigureAwait(false);
                if (times.Last != lastTime)
                    return times;
            }
        }
    }
}
