namespace Rtfm.Control.Domain;

/// <summary>The version of a domain's state: the term of the master that made it, then a number.</summary>
public readonly record struct DomainVersion(uint Term, uint Number) : IComparable<DomainVersion>
{
    public int CompareTo(DomainVersion other) => (Term, Number).CompareTo((other.Term, other.Number));

    public override string ToString() => $"{Term}.{Number}";

    public static bool operator <(DomainVersion left, DomainVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(DomainVersion left, DomainVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(DomainVersion left, DomainVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DomainVersion left, DomainVersion right) => left.CompareTo(right) >= 0;
}
