using Rtfm.Model;
using Rtfm.Srl.Binding;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Compilation;

/// <summary>Makes nodes, each different one once: what two ways through a program have in common at their ends is shared.</summary>
/// <param name="maxNodes">Nodes made, rules or not: programs beyond that are not meant to be.</param>
internal sealed class Graph(int maxNodes = Graph.MaxNodes)
{
    public const int MaxNodes = 200_000;

    private readonly Dictionary<Key, Node> _nodes = [];

    private readonly record struct Key(
        NodeKind Kind,
        Opcode Action,
        FlowAttribute Attribute,
        RuleAddress Mask,
        RuleAddress Value,
        bool IsRuleValue,
        int Next,
        int Else,
        int Slot,
        BoundRoutine? Routine,
        string Returns,
        Place? Place
    );

    /// <param name="place">Kept apart from other ends, where it is given.</param>
    public Node End(Opcode action, Place? place = null) =>
        Add(
            new Node
            {
                Id = _nodes.Count + 1,
                Kind = NodeKind.End,
                Action = action,
                Place = place,
            }
        );

    /// <summary>A comparison; one that goes on the same way in either case is none.</summary>
    public Node Test(FlowAttribute attribute, RuleAddress mask, RuleAddress value, bool saves, Node next, Node otherwise)
    {
        if (!saves && (next == otherwise || mask.IsZero))
            return next;
        return Add(
            new Node
            {
                Id = _nodes.Count + 1,
                Kind = NodeKind.Test,
                Attribute = attribute,
                Mask = mask,
                Value = value,
                IsRuleValue = saves,
                Next = next,
                Else = otherwise,
            }
        );
    }

    /// <param name="value">Null: the packet's.</param>
    public Node Save(FlowAttribute attribute, RuleAddress mask, RuleAddress? value, Node next) =>
        Add(
            new Node
            {
                Id = _nodes.Count + 1,
                Kind = NodeKind.Save,
                Attribute = attribute,
                Mask = mask,
                Value = value ?? default,
                IsRuleValue = value is not null,
                Next = next,
            }
        );

    /// <summary>What ends without counting does not ask what was saved.</summary>
    public Node Undo(int count, Node next)
    {
        if (next.IsEnd(Opcode.Ignore) || next.IsEnd(Opcode.NoMatch))
            return next;
        for (; count > 0; count--)
            next = Add(
                new Node
                {
                    Id = _nodes.Count + 1,
                    Kind = NodeKind.Undo,
                    Next = next,
                }
            );
        return next;
    }

    public Node Call(BoundRoutine routine, Node[] returns) =>
        Add(
            new Node
            {
                Id = _nodes.Count + 1,
                Kind = NodeKind.Call,
                Routine = routine,
                Returns = returns,
            }
        );

    public Node Return(int slot) =>
        Add(
            new Node
            {
                Id = _nodes.Count + 1,
                Kind = NodeKind.Return,
                Slot = slot,
            }
        );

    private Node Add(Node node)
    {
        var key = new Key(
            node.Kind,
            node.Action,
            node.Attribute,
            node.Mask,
            node.Value,
            node.IsRuleValue,
            node.Next?.Id ?? 0,
            node.Else?.Id ?? 0,
            node.Slot,
            node.Routine,
            node.Returns.Length == 0 ? "" : string.Join(',', node.Returns.Select(each => each.Id)),
            node.Place
        );
        if (_nodes.TryGetValue(key, out var known))
            return known;
        if (_nodes.Count >= maxNodes)
            throw new ProgramTooLargeException();
        _nodes.Add(key, node);
        return node;
    }
}

/// <summary>A program takes more steps than any meter has rules for.</summary>
internal sealed class ProgramTooLargeException() : Exception($"the program becomes too large: more than {RuleSet.MaxRules} rules");
