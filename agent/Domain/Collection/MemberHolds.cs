using Rtfm.Control.Reading;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The master's rows in the members' flowReaderInfoTable: members keep flows until the domain's readers have them.</summary>
/// <remarks>
/// A row's LastTime is set only when every reader has all that the member counted before the LastTime it had: that becomes PreviousTime, and what was last active before it may go. So a master may
/// die at any time: the next one finds the row, reads everything that is there, and does not touch the row before a reader has it from there.
/// </remarks>
internal sealed class MemberHolds(DomainReaders readers, MemberReadings readings, ICollectedDomain domain, TimeProvider clock)
{
    /// <summary>A new master does not know yet who reads the domain: rows that it finds stay so long, or until they time out.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private const int ShortestTimeout = 600;

    private readonly long _since = clock.GetTimestamp();
    private readonly Dictionary<int, (uint Boots, Dictionary<int, ReaderRow> Rows)> _known = [];
    private bool _hadReaders;

    /// <summary>Makes, moves on or removes our rows at a member that was just read.</summary>
    public async Task KeepAsync(IMeterSession session, CollectedMember member, MemberLook look, CancellationToken cancellationToken)
    {
        _hadReaders |= readers.IsAny;
        var rows = await RowsAsync(session, member, look, cancellationToken).ConfigureAwait(false);
        foreach (var (ruleSet, local) in look.RuleSets)
        {
            try
            {
                if (readers.HeldSince(ruleSet.Number) is { } held)
                    await HoldAsync(session, member, look, rows, (int)local, held, cancellationToken).ConfigureAwait(false);
                else if (MayRelease() && rows.Remove((int)local, out var row))
                    await row.RemoveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MeterRestartedException)
            {
                // The row is gone: the next round makes another, which holds all that is still there.
                rows.Remove((int)local);
            }
        }
    }

    private async Task HoldAsync(
        IMeterSession session,
        CollectedMember member,
        MemberLook look,
        Dictionary<int, ReaderRow> rows,
        int local,
        uint held,
        CancellationToken cancellationToken
    )
    {
        if (!rows.TryGetValue(local, out var row))
            rows[local] = row = await ReaderRow.CreateAsync(session, domain.Owner, local, Timeout(), cancellationToken).ConfigureAwait(false);
        var times = await row.TimesAsync(cancellationToken).ConfigureAwait(false);
        var confirmed = readings.Find(member.Number)?.Boots == look.Boots ? readings.Confirmed(member.Number, held) : 0;
        if (times.Last == 0 || confirmed >= times.Last)
            await row.BeginCollectionAsync(times, clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Dictionary<int, ReaderRow>> RowsAsync(
        IMeterSession session,
        CollectedMember member,
        MemberLook look,
        CancellationToken cancellationToken
    )
    {
        lock (_known)
        {
            if (_known.TryGetValue(member.Number, out var known) && known.Boots == look.Boots)
                return known.Rows;
        }
        var rows = await ReaderRow.FindAsync(session, domain.Owner, cancellationToken).ConfigureAwait(false);
        lock (_known)
            _known[member.Number] = (look.Boots, rows);
        return rows;
    }

    private bool MayRelease() => _hadReaders || clock.GetElapsedTime(_since) > Grace;

    /// <summary>In seconds: longer than the readers' own, for theirs decide.</summary>
    private int Timeout() =>
        readers.LongestTimeoutSeconds is var longest && longest == 0 ? 0 : (int)Math.Min(Math.Max(longest * 2L, ShortestTimeout), int.MaxValue);
}
