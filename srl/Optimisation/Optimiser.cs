using Rtfm.Srl.Binding;
using Rtfm.Srl.Compilation;

namespace Rtfm.Srl.Optimisation;

/// <summary>Makes a graph shorter without changing what is counted.</summary>
internal static class Optimiser
{
    /// <summary>Each round can only take something away; a few find nearly all there is.</summary>
    private const int MaxRounds = 6;

    public static LoweredProgram Optimise(LoweredProgram program)
    {
        var before = int.MaxValue;
        for (var round = 0; round < MaxRounds; round++)
        {
            program = KnownTests.Skip(program);
            program = UselessSaves.Drop(program);
            program = AddressLists.Merge(program);
            var size = Topology.FromEnd([program.Main, .. program.Routines.Values]).Length;
            if (size >= before)
                break;
            before = size;
        }
        return program;
    }

    /// <summary>Makes a program anew, node by node from its end.</summary>
    /// <param name="replace">Makes the new node of an old one; <c>map</c> gives the new ones of those it goes on to.</param>
    public static LoweredProgram Rebuild(LoweredProgram program, Func<Graph, Node, Func<Node, Node>, Node> replace)
    {
        var graph = new Graph();
        var made = new Dictionary<Node, Node>();
        var routines = new Dictionary<BoundRoutine, Node>();
        foreach (var node in Topology.FromEnd([program.Main, .. program.Routines.Values]))
            made[node] = replace(graph, node, old => made[old]);
        foreach (var (routine, entry) in program.Routines)
            routines[routine] = made[entry];
        return new(graph, made[program.Main], ReachedRoutines(made[program.Main], routines));
    }

    /// <summary>A node as it was, with what it goes on to replaced.</summary>
    public static Node Copy(Graph graph, Node node, Func<Node, Node> map) =>
        node.Kind switch
        {
            NodeKind.End => graph.End(node.Action),
            NodeKind.Test => graph.Test(node.Attribute, node.Mask, node.Value, node.IsRuleValue, map(node.Next!), map(node.Else!)),
            NodeKind.Save => graph.Save(node.Attribute, node.Mask, node.IsRuleValue ? node.Value : null, map(node.Next!)),
            NodeKind.Undo => graph.Undo(1, map(node.Next!)),
            NodeKind.Call => graph.Call(node.Routine!, [.. node.Returns.Select(map)]),
            _ => graph.Return(node.Slot),
        };

    private static Dictionary<BoundRoutine, Node> ReachedRoutines(Node main, Dictionary<BoundRoutine, Node> routines)
    {
        var reached = new Dictionary<BoundRoutine, Node>();
        var open = new Stack<Node>([main]);
        while (open.TryPop(out var root))
        {
            foreach (var call in Topology.FromEnd([root]).Where(node => node.Kind == NodeKind.Call))
            {
                if (reached.TryAdd(call.Routine!, routines[call.Routine!]))
                    open.Push(routines[call.Routine!]);
            }
        }
        return reached;
    }
}
