using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control.Reading;

/// <summary>When our latest collection and the one before began, in the meter's Uptime.</summary>
public readonly record struct ReaderTimes(uint Last, uint Previous);

/// <summary>One of our rows in a meter's flowReaderInfoTable: there is one for each rule set we collect (READ-01, MIB-53).</summary>
public sealed class ReaderRow(IMeterSession meter, uint index)
{
    private const int Active = 1;
    private const int CreateAndGo = 4;
    private const int Destroy = 6;

    /// <summary>Others that may take a free index just before us, and requests of ours that may get lost.</summary>
    private const int MaxAttempts = 50;

    /// <summary>How often the beginning of a collection is announced before the meter is given up for this time.</summary>
    private const int MaxAnnouncements = 4;

    public uint Index { get; } = index;

    public ObjectIdentifier LastTimeName { get; } = MeterMib.Reader(MeterMib.ReaderLastTime, index);

    /// <summary>The active rows that carry our name, by rule set. What else carries it is removed: it was left unfinished.</summary>
    public static async Task<Dictionary<int, ReaderRow>> FindAsync(IMeterSession meter, string owner, CancellationToken cancellationToken)
    {
        var owners = await ColumnWalk.ReadAsync(meter, MeterMib.Reader(MeterMib.ReaderOwner), cancellationToken).ConfigureAwait(false);
        var rows = new Dictionary<int, ReaderRow>();
        foreach (var (index, _) in owners.Where(row => row.Value.Tag == BerTag.OctetString && row.Value.Text == owner))
        {
            var cells = await meter
                .GetAsync([MeterMib.Reader(MeterMib.ReaderStatus, index), MeterMib.Reader(MeterMib.ReaderRuleSet, index)], cancellationToken)
                .ConfigureAwait(false);
            var isUsable = cells[0].Tag == BerTag.Integer && cells[0].Signed == Active && cells[1].Tag == BerTag.Integer;
            if (!isUsable || !rows.TryAdd((int)cells[1].Signed, new ReaderRow(meter, index)))
                await RemoveAsync(meter, index, cancellationToken).ConfigureAwait(false);
        }
        return rows;
    }

    /// <summary>Registers with the meter for a rule set.</summary>
    /// <exception cref="CollectionException">There is no room for us.</exception>
    public static async Task<ReaderRow> CreateAsync(
        IMeterSession meter,
        string owner,
        int ruleSet,
        int timeoutSeconds,
        CancellationToken cancellationToken
    )
    {
        var taken = await ColumnWalk.ReadAsync(meter, MeterMib.Reader(MeterMib.ReaderStatus), cancellationToken).ConfigureAwait(false);
        var index = 0u;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            do index++;
            while (taken.ContainsKey(index));
            try
            {
                await meter
                    .SetAsync(
                        [
                            new(MeterMib.Reader(MeterMib.ReaderStatus, index), SnmpValue.Integer(CreateAndGo)),
                            new(MeterMib.Reader(MeterMib.ReaderRuleSet, index), SnmpValue.Integer(ruleSet)),
                            new(MeterMib.Reader(MeterMib.ReaderOwner, index), SnmpValue.OctetString(owner)),
                            new(MeterMib.Reader(MeterMib.ReaderTimeout, index), SnmpValue.Integer(timeoutSeconds)),
                        ],
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                return new ReaderRow(meter, index);
            }
            catch (SnmpErrorException refused) when (refused.Status is ErrorStatus.InconsistentValue or ErrorStatus.BadValue)
            {
                // Somebody else took the index a moment ago: the next one.
            }
            catch (SnmpTimeoutException) when (attempt < MaxAnnouncements)
            {
                // Carried out or not: the row tells.
                var found = await FindAsync(meter, owner, cancellationToken).ConfigureAwait(false);
                if (found.TryGetValue(ruleSet, out var row))
                    return row;
                index--;
            }
        }
        throw new CollectionException($"{meter.Name}: no free row in flowReaderInfoTable for rule set {ruleSet}");
    }

    /// <summary>LastTime and PreviousTime.</summary>
    /// <exception cref="MeterRestartedException">The row is gone.</exception>
    public async Task<ReaderTimes> TimesAsync(CancellationToken cancellationToken)
    {
        var times = await meter
            .GetAsync([LastTimeName, MeterMib.Reader(MeterMib.ReaderPreviousTime, Index)], cancellationToken)
            .ConfigureAwait(false);
        if (times[0].Tag != BerTag.TimeTicks || times[1].Tag != BerTag.TimeTicks)
            throw new MeterRestartedException($"{meter.Name}: our row {Index} of flowReaderInfoTable is gone");
        return new((uint)times[0].Number, (uint)times[1].Number);
    }

    /// <summary>Tells the meter that a collection begins: it notes its Uptime in LastTime, and lets go of what was last active before the old one (MIB-50).</summary>
    /// <param name="before">What the row says now.</param>
    /// <returns>What it says then, and the time by our clock that goes with the new LastTime; null where that is not known.</returns>
    /// <remarks>
    /// Never repeated blindly: a second SET would begin a second collection, and the meter could recover flows that were never read. When no answer comes,
    /// the row tells whether the request arrived. Should it arrive after all that, PreviousTime shows it.
    /// </remarks>
    public async Task<(ReaderTimes Times, DateTimeOffset? At)> BeginCollectionAsync(
        ReaderTimes before,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await meter.SetAsync([new(LastTimeName, SnmpValue.TimeTicks(0))], cancellationToken).ConfigureAwait(false);
                var at = clock.GetUtcNow();
                return (await TimesAsync(cancellationToken).ConfigureAwait(false), at);
            }
            catch (SnmpTimeoutException) when (attempt < MaxAnnouncements)
            {
                var times = await TimesAsync(cancellationToken).ConfigureAwait(false);
                if (times != before)
                    return (times, null);
            }
            catch (SnmpErrorException refused)
                when (refused.Status
                        is ErrorStatus.NoSuchName
                            or ErrorStatus.NoCreation
                            or ErrorStatus.InconsistentName
                            or ErrorStatus.BadValue
                            or ErrorStatus.InconsistentValue
                )
            {
                await TimesAsync(cancellationToken).ConfigureAwait(false); // says so where the row is gone
                throw;
            }
        }
    }

    /// <summary>Tells the meter that we read no more; it may recover what it kept for us.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) => RemoveAsync(meter, Index, cancellationToken);

    private static async Task RemoveAsync(IMeterSession meter, uint index, CancellationToken cancellationToken)
    {
        try
        {
            await meter
                .SetAsync([new(MeterMib.Reader(MeterMib.ReaderStatus, index), SnmpValue.Integer(Destroy))], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SnmpErrorException)
        {
            // The meter removes what nobody finishes or uses.
        }
    }
}
