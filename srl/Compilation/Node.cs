using Rtfm.Model;
using Rtfm.Srl.Binding;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Compilation;

internal enum NodeKind : byte
{
    /// <summary>COUNT, IGNORE or NOMATCH.</summary>
    End,

    /// <summary>Compares an attribute: <see cref="Node.Next"/> where it matches, else <see cref="Node.Else"/>.</summary>
    Test,

    /// <summary>Pushes an attribute.</summary>
    Save,

    /// <summary>Takes the last push back.</summary>
    Undo,

    /// <summary>Runs a routine: <see cref="Node.Returns"/> says where each of its slots goes on.</summary>
    Call,

    /// <summary>Ends a routine, to the slot <see cref="Node.Slot"/> of its caller.</summary>
    Return,
}

/// <summary>A step of a program, between its statements and its rules. The steps of a program are a graph without cycles, as SRL has no loops.</summary>
/// <remarks>Steps that do the same and go on the same way are one node: see <see cref="Graph"/>. A node's number is larger than those it goes on to.</remarks>
internal sealed class Node
{
    public required int Id { get; init; }

    public required NodeKind Kind { get; init; }

    /// <summary>What an End does.</summary>
    public Opcode Action { get; init; }

    public FlowAttribute Attribute { get; init; }

    public RuleAddress Mask { get; init; }

    /// <summary>What a Test compares with, or a Save pushes.</summary>
    public RuleAddress Value { get; init; }

    /// <summary>Test: pushes mask and value on success. Save: pushes the rule's value, not the packet's.</summary>
    public bool IsRuleValue { get; init; }

    public Node? Next { get; init; }

    public Node? Else { get; init; }

    public BoundRoutine? Routine { get; init; }

    /// <summary>Call: where the routine's slots 1, 2, … go on.</summary>
    public Node[] Returns { get; init; } = [];

    /// <summary>Return: from 1.</summary>
    public int Slot { get; init; }

    /// <summary>Where an End stands in the program; null once that does not matter any more.</summary>
    public Place? Place { get; init; }

    public bool IsEnd(Opcode action) => Kind == NodeKind.End && Action == action;

    public IEnumerable<Node> Successors
    {
        get
        {
            if (Next is not null)
                yield return Next;
            if (Else is not null)
                yield return Else;
            foreach (var next in Returns)
                yield return next;
        }
    }
}
