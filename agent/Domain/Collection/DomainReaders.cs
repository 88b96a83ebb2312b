using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Who reads the domain's flows: the rows of flowReaderInfoTable in the context, and the reader that they are pushed to. Any thread may ask.</summary>
/// <param name="now">Our Uptime, in hundredths of a second.</param>
internal sealed class DomainReaders(Func<uint> now) : IControlState<DomainReaders.State>
{
    private readonly Lock _gate = new();
    private volatile State _current = new(SortedRows<RegisteredReader>.Empty, null);

    /// <param name="Rows">By index.</param>
    /// <param name="PushedBefore">The reader that flows are pushed to has what was in the table before this Uptime of ours; null: they are pushed to nobody.</param>
    public sealed record State(SortedRows<RegisteredReader> Rows, uint? PushedBefore);

    public State Current => _current;

    public uint Now => now();

    /// <summary>Somebody has read, or will.</summary>
    public bool IsAny => Current is { PushedBefore: not null } || HasRows;

    private bool HasRows
    {
        get
        {
            foreach (var (_, row) in Current.Rows)
            {
                if (row.Status == RowStatus.Active)
                    return true;
            }
            return false;
        }
    }

    /// <summary>How long the most patient reader may stay away before it is forgotten, in seconds; 0: for ever.</summary>
    public int LongestTimeoutSeconds
    {
        get
        {
            var longest = 1;
            foreach (var (_, row) in Current.Rows)
            {
                if (row.Status == RowStatus.Active)
                    longest = longest == 0 || row.TimeoutSeconds == 0 ? 0 : Math.Max(longest, row.TimeoutSeconds);
            }
            return longest;
        }
    }

    public bool TryReplace(State expected, State next)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(expected, _current))
                return false;
            _current = next;
            return true;
        }
    }

    /// <summary>Every reader of the rule set has what was in the table before this Uptime of ours, and did not change since; null: nobody reads it.</summary>
    /// <remarks>A reader's SET of flowReaderLastTime says that what it read before is stored; that makes the old LastTime PreviousTime (AMB-47).</remarks>
    public uint? HeldSince(int ruleSet)
    {
        var state = Current;
        var held = state.PushedBefore;
        foreach (var (_, row) in state.Rows)
        {
            if (row.Status == RowStatus.Active && row.RuleSet == (uint)ruleSet && !(held <= row.PreviousTime))
                held = row.PreviousTime;
        }
        return held;
    }

    /// <summary>The reader that flows are pushed to has what was in the table before.</summary>
    /// <param name="before">In our Uptime; null: there is no such reader.</param>
    public void Pushed(uint? before)
    {
        lock (_gate)
            _current = _current with { PushedBefore = before };
    }

    /// <summary>Forgets all readers.</summary>
    public void Clear()
    {
        lock (_gate)
            _current = new(SortedRows<RegisteredReader>.Empty, null);
    }

    /// <summary>Removes rows of readers that stopped coming, or that were never finished.</summary>
    public void Maintain()
    {
        lock (_gate)
            _current = _current with { Rows = Upkeep.WithoutStale(_current.Rows, Now) };
    }

    public void Declare(ControlPlane<State> control) =>
        ReaderInfoTable.Declare(control, state => state.Rows, (state, rows) => state with { Rows = rows }, now);
}
