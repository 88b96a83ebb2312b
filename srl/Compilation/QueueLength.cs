using Rtfm.Srl.Binding;

namespace Rtfm.Srl.Compilation;

/// <summary>How many saves the meter must keep while it runs a program.</summary>
internal static class QueueLength
{
    /// <summary>The most on any way through the program.</summary>
    public static int Longest(LoweredProgram program)
    {
        var longest = new Dictionary<Node, int>();
        var routines = new Dictionary<BoundRoutine, int>();
        // A CALL is numbered after the statements behind it, but not after its routine: those come first, the innermost before the others.
        for (var left = program.Routines.Count; left >= 0; left--)
        {
            longest.Clear();
            foreach (var node in Topology.FromEnd([program.Main, .. program.Routines.Values]))
                longest[node] = Of(node, longest, routines);
            var isChanged = false;
            foreach (var (routine, entry) in program.Routines)
            {
                isChanged |= routines.GetValueOrDefault(routine, -1) != longest[entry];
                routines[routine] = longest[entry];
            }
            if (!isChanged)
                break;
        }
        return longest[program.Main];
    }

    private static int Of(Node node, Dictionary<Node, int> longest, Dictionary<BoundRoutine, int> routines)
    {
        var next = node.Successors.Select(each => longest[each]).DefaultIfEmpty(0).Max();
        return node.Kind switch
        {
            NodeKind.Save => next + 1,
            NodeKind.Undo => Math.Max(0, next - 1),
            NodeKind.Test when node.IsRuleValue => Math.Max(longest[node.Next!] + 1, longest[node.Else!]),
            NodeKind.Call => next + routines.GetValueOrDefault(node.Routine!),
            _ => next,
        };
    }
}
