using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Model;

namespace Rtfm.MeterReader.Collection;

/// <summary>One pass over the flows of one rule set of one meter (READ-02).</summary>
/// <remarks>
/// <para>Why nothing is lost and nothing is counted twice, wherever this process, the network or the meter fails.</para>
/// <para>
/// The bookmark B says: whatever the meter counted before Uptime B is in the store. It changes only together with the records that make it true, in one
/// transaction. The meter, for its part, recovers a flow only if it was last active before the row's PreviousTime (RFC 2720 flowReaderPreviousTime, AMB-47).
/// So as long as PreviousTime is not after B, every flow that the store does not know the last of is still there, and reading from B on finds it.
/// </para>
/// <para>
/// A pass sets LastTime once, which makes the old LastTime PreviousTime. If LastTime was B, PreviousTime is B: allowed. If the pass then dies, anywhere,
/// LastTime is after B, and the next pass sees that: setting it again would move PreviousTime beyond B. It therefore reads first, from B, writes
/// B := LastTime, and only then begins a collection of its own. A row that is gone is made anew with PreviousTime 0, which is never after B.
/// </para>
/// <para>
/// Reading from B means "active at B or later", and a reading takes time, so the same flow comes again with the next one. Counters only grow and the
/// store adds what they grew by since it last saw them, so a flow that is read twice is counted once. The store refuses a write whose B is no longer its
/// own: two passes at the same time, by two processes, cannot both be written.
/// </para>
/// </remarks>
/// <param name="write">Writes what a reading brought together with its bookmark; null: into the store as it is.</param>
internal sealed class RuleSetCollection(
    IMeterSession meter,
    IFlowStore store,
    TimeProvider clock,
    MeterLife life,
    MeterEpoch epoch,
    LoadedRuleSet ruleSet,
    FlowReading reading,
    Func<FlowCollection, IEnumerable<FlowRecord>, WriteResult>? write = null
)
{
    private int _flows;
    private int _badPackages;
    private int _absurdCounters;
    private bool _isShared;

    /// <param name="row">Our row for the rule set, as the pass found or made it.</param>
    public async Task<RuleSetResult> RunAsync(ReaderRow row, CancellationToken cancellationToken)
    {
        var bookmark = store.Bookmark(epoch, ruleSet.Number);
        var before = await row.TimesAsync(cancellationToken).ConfigureAwait(false);

        // LastTime 0: a row in which no collection has begun yet.
        if (before.Last != 0 && before.Last != bookmark)
        {
            CheckUptime(before.Last, bookmark);
            await ReadAsync(row, bookmark, before.Last, epoch.BootTime, cancellationToken).ConfigureAwait(false);
            bookmark = before.Last;
        }

        var (times, at) = await row.BeginCollectionAsync(before, clock, cancellationToken).ConfigureAwait(false);
        var bootTime = at - TimeSpan.FromMilliseconds(times.Last * 10.0) ?? epoch.BootTime;
        CheckUptime(times.Last, bookmark);
        _isShared = times.Previous > (bookmark ?? 0);
        await ReadAsync(row, bookmark, times.Last, bootTime, cancellationToken).ConfigureAwait(false);
        return new RuleSetResult(ruleSet.Number, ruleSet.Name, _flows, _badPackages, _absurdCounters, _isShared);
    }

    /// <summary>A meter's own clock that goes back says that it was restarted, even if its agent, which may be another process, does not (MIB-06).</summary>
    private void CheckUptime(uint lastTime, uint? bookmark)
    {
        if (lastTime >= (bookmark ?? 0))
            return;
        store.EndEpoch(epoch);
        throw new MeterRestartedException($"{meter.Name}: its Uptime went back");
    }

    /// <summary>Reads what was active since the bookmark and moves it to where the collection began.</summary>
    private async Task ReadAsync(ReaderRow row, uint? bookmark, uint lastTime, DateTimeOffset bootTime, CancellationToken cancellationToken)
    {
        using var spool = await reading.ReadAsync(meter, ruleSet.Number, bookmark ?? 0, cancellationToken).ConfigureAwait(false);
        await life.CheckAsync(meter, row, lastTime, cancellationToken).ConfigureAwait(false);
        var collection = new FlowCollection(epoch, ruleSet.Number, ruleSet.Name, clock.GetUtcNow(), bookmark, lastTime, bootTime, spool.Attributes);
        var written = (write ?? store.Write)(collection, WhereAnyMakesSense(spool, cancellationToken));
        _flows += written.Flows;
        _badPackages += spool.BadPackages;
        _absurdCounters += written.AbsurdCounters;
    }

    /// <summary>A few bad packages are passed over. If there is nothing else, the meter speaks another language: better no bookmark than lost flows.</summary>
    private IEnumerable<FlowRecord> WhereAnyMakesSense(PackageSpool spool, CancellationToken cancellationToken)
    {
        var isAny = false;
        foreach (var record in spool.Records())
        {
            // To stop in the middle of a transaction is to take it back.
            cancellationToken.ThrowIfCancellationRequested();
            isAny = true;
            yield return record;
        }
        if (!isAny && spool.BadPackages > 0)
            throw new CollectionException($"{meter.Name}: none of {spool.BadPackages} values of rule set {ruleSet.Number} is a flow data package");
    }
}
