using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>Which interface runs over which: ifStackTable, whose index is higher.lower, 0 for "none" (RFC 2863 §6).</summary>
internal sealed class LinkStack
{
    private readonly Lock _gate = new();
    private RowSnapshot<Link>? _links;
    private RowSnapshot<Link> _pairs = RowSnapshot<Link>.Empty;

    /// <summary>Uptime when the table changed last, as far as anybody looked; 0: not since the agent started.</summary>
    public uint ChangedAt { get; private set; }

    /// <param name="now">Uptime, in hundredths of a second.</param>
    public RowSnapshot<Link> Of(RowSnapshot<Link> links, uint now)
    {
        lock (_gate)
        {
            if (ReferenceEquals(links, _links))
                return _pairs;
            var pairs = new RowSnapshot<Link>(Pairs(links));
            if (_links is not null && !HaveSameIndexes(pairs, _pairs))
                ChangedAt = now;
            (_links, _pairs) = (links, pairs);
            return pairs;
        }
    }

    private static List<(uint[], Link)> Pairs(RowSnapshot<Link> links)
    {
        var pairs = new List<(uint[] Index, Link Row)>();
        foreach (var link in links.Rows)
        {
            if (LowerOf(link) is > 0 and var lower && links.Find([lower]) >= 0)
                pairs.Add(([(uint)link.Index, lower], link));
            if (link.Master > 0 && links.Find([(uint)link.Master]) >= 0)
                pairs.Add(([(uint)link.Master, (uint)link.Index], link));
        }
        var lowers = new HashSet<uint>();
        var highers = new HashSet<uint>();
        foreach (var (index, _) in pairs)
        {
            highers.Add(index[0]);
            lowers.Add(index[1]);
        }
        foreach (var link in links.Rows)
        {
            if (!lowers.Contains((uint)link.Index))
                pairs.Add(([0, (uint)link.Index], link));
            if (!highers.Contains((uint)link.Index))
                pairs.Add(([(uint)link.Index, 0], link));
        }
        return pairs;
    }

    /// <summary>For these kinds only: of a pair (veth), each names the other.</summary>
    private static uint LowerOf(Link link) => link.Kind is "vlan" or "macvlan" or "macvtap" or "ipvlan" && link.Lower > 0 ? (uint)link.Lower : 0;

    private static bool HaveSameIndexes(RowSnapshot<Link> left, RowSnapshot<Link> right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!left.IndexAt(i).SequenceEqual(right.IndexAt(i)))
                return false;
        }
        return true;
    }
}
