namespace Rtfm.Snmp.Mib;

/// <summary>The state that a group of objects shows and SET changes: one immutable value, replaced as a whole.</summary>
/// <remarks>That makes the varbinds of one SET simultaneous, a refused SET without trace, and an undo a step back to the value before.</remarks>
public interface IControlState<TState>
    where TState : class
{
    TState Current { get; }

    /// <summary>The agent's Uptime in hundredths of a second, for TimeStamp objects.</summary>
    uint Now { get; }

    /// <summary>Puts <paramref name="next"/> in force.</summary>
    /// <returns>False, and no change, where the state is no longer <paramref name="expected"/>.</returns>
    bool TryReplace(TState expected, TState next);
}
