using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Mib;

/// <summary>All providers of an agent, in the order of their subtrees.</summary>
public sealed class MibTree
{
    private readonly IMibProvider[] _providers;

    /// <summary>Where the latest name lay: the next one, of the same table most of the time, is looked for there first.</summary>
    private int _latest;

    /// <exception cref="ArgumentException">Two providers answer for the same names.</exception>
    public MibTree(IEnumerable<IMibProvider> providers)
    {
        var sorted = new List<IMibProvider>(providers);
        sorted.Sort((left, right) => left.Root.CompareTo(right.Root));
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i - 1].Root.IsPrefixOf(sorted[i].Root.Span))
                throw new ArgumentException($"{sorted[i].Root} lies under {sorted[i - 1].Root}: two providers answer for it", nameof(providers));
        }
        _providers = [.. sorted];
    }

    /// <summary>The provider that answers for <paramref name="name"/>, or null.</summary>
    public IMibProvider? Find(ReadOnlySpan<uint> name)
    {
        var at = LastAtOrBefore(name);
        return at >= 0 && _providers[at].Root.IsPrefixOf(name) ? _providers[at] : null;
    }

    /// <summary>Writes the first instance of the whole tree after <paramref name="after"/>; false at the end of the MIB.</summary>
    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        // The provider whose subtree the name lies in comes first; each later one is asked from its beginning.
        for (var at = Math.Max(LastAtOrBefore(after), 0); at < _providers.Length; at++)
        {
            if (_providers[at].GetNext(after, request, ref response))
                return true;
        }
        return false;
    }

    private int LastAtOrBefore(ReadOnlySpan<uint> name)
    {
        var latest = _latest;
        if (latest < _providers.Length && _providers[latest].Root.IsPrefixOf(name))
            return latest;
        int low = 0,
            high = _providers.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_providers[middle].Root.Span.CompareNames(name) <= 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        if (high >= 0)
            _latest = high;
        return high;
    }
}
