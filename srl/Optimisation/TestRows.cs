using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Tests in a row: nothing goes on to one of them but the failure of the one before it.</summary>
internal sealed class TestRows
{
    private readonly HashSet<Node> _followers;

    private TestRows(HashSet<Node> followers) => _followers = followers;

    /// <param name="follows">Whether two tests, the second behind the failure of the first, are of one row.</param>
    public static TestRows Find(LoweredProgram program, Func<Node, Node, bool> follows)
    {
        var nodes = Topology.FromEnd([program.Main, .. program.Routines.Values]);
        var uses = Topology.CountUses(nodes);
        return new([
            .. nodes
                .Where(node => node.Kind == NodeKind.Test && node.Else!.Kind == NodeKind.Test && uses[node.Else] == 1 && follows(node, node.Else))
                .Select(node => node.Else!),
        ]);
    }

    /// <summary>The row that begins with a test, and what follows when all fail; null where it begins none of several.</summary>
    public (List<Node> Row, Node Otherwise)? Beginning(Node node)
    {
        if (node.Kind != NodeKind.Test || _followers.Contains(node) || !_followers.Contains(node.Else!))
            return null;
        var row = new List<Node> { node };
        var otherwise = node.Else!;
        for (; _followers.Contains(otherwise); otherwise = otherwise.Else!)
            row.Add(otherwise);
        return (row, otherwise);
    }
}
