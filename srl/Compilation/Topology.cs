namespace Rtfm.Srl.Compilation;

/// <summary>The nodes of a graph that can be reached, in order.</summary>
internal static class Topology
{
    /// <summary>Each node after all that it goes on to.</summary>
    public static Node[] FromEnd(IEnumerable<Node> roots)
    {
        var found = new HashSet<Node>();
        var open = new Stack<Node>(roots);
        while (open.TryPop(out var node))
        {
            if (!found.Add(node))
                continue;
            foreach (var next in node.Successors)
                open.Push(next);
        }
        return [.. found.OrderBy(node => node.Id)];
    }

    /// <summary>How often each node is gone on to.</summary>
    public static Dictionary<Node, int> CountUses(IEnumerable<Node> nodes)
    {
        var uses = new Dictionary<Node, int>();
        foreach (var node in nodes)
        {
            foreach (var next in node.Successors)
                uses[next] = uses.GetValueOrDefault(next) + 1;
        }
        return uses;
    }
}
