namespace Rtfm.Snmp.Mib;

/// <summary>One varbind of a SET in its surroundings, for a table's own consistency rules.</summary>
/// <param name="StateBefore">Everything before the SET.</param>
/// <param name="StateAfter">Everything as it would be after it.</param>
/// <param name="Index">The row's first (mostly only) index.</param>
/// <param name="Before">The row before; null where the SET creates it.</param>
/// <param name="After">The row after; null where the SET destroys it.</param>
/// <param name="Column">The column that the varbind sets.</param>
public readonly record struct RowChange<TState, TRow>(TState StateBefore, TState StateAfter, uint Index, TRow? Before, TRow? After, uint Column)
    where TState : class
    where TRow : class;
