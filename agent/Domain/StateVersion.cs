namespace Rtfm.Agent.Domain;

/// <summary>Which of two states of a domain is newer: first by the term of the master that made it, then by its number.</summary>
internal readonly record struct StateVersion(uint Term, uint Number) : IComparable<StateVersion>
{
    public int CompareTo(StateVersion other) => Term != other.Term ? Term.CompareTo(other.Term) : Number.CompareTo(other.Number);

    public override string ToString() => $"{Term}.{Number}";

    public static bool operator <(StateVersion left, StateVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(StateVersion left, StateVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(StateVersion left, StateVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StateVersion left, StateVersion right) => left.CompareTo(right) >= 0;
}
