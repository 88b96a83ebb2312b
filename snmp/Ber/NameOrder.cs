namespace Rtfm.Snmp.Ber;

/// <summary>The order of object identifiers: number by number, the shorter one first (RFC 2578 §7.10 "lexicographic order").</summary>
public static class NameOrder
{
    /// <returns>Below 0 where <paramref name="left"/> comes first, 0 where they are the same.</returns>
    /// <remarks>The platform's comparison of spans boxes each number until it is compiled a second time.</remarks>
    public static int CompareNames(this ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        var both = Math.Min(left.Length, right.Length);
        for (var i = 0; i < both; i++)
        {
            if (left[i] != right[i])
                return left[i] < right[i] ? -1 : 1;
        }
        return left.Length - right.Length;
    }
}
