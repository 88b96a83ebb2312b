using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Tests;

/// <summary>A column of numbers, instances 1 to <paramref name="rows"/>, that can be set; 13 is refused.</summary>
internal sealed class NumberColumn(ObjectIdentifier root, uint rows) : IMibProvider
{
    private readonly long[] _values = new long[rows + 1];

    public ObjectIdentifier Root { get; } = root;

    /// <summary>The steps of SETs, each "step instance".</summary>
    public List<string> Steps { get; } = [];

    public int CommitFailsAt { get; set; }

    /// <summary>Called at each step of a SET.</summary>
    public Action<string> OnStep { get; set; } = _ => { };

    public long this[uint row]
    {
        get => _values[row];
        set => _values[row] = value;
    }

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (RowOf(name) is not { } row)
            return GetOutcome.NoSuchInstance;
        response.Integer(name, _values[row]);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var row = 1u;
        if (Root.IsPrefixOf(after))
            row = after.Length == Root.Length ? 1 : after[Root.Length] + 1;
        else if (after.SequenceCompareTo(Root.Span) > 0)
            return false;
        if (row > rows)
            return false;
        OidBuffer name = default;
        name.TrySet(Root.Span);
        name.TryAppend(row);
        response.Integer(name.Span, _values[row]);
        return true;
    }

    public ErrorStatus Test(SetTransaction transaction, int index)
    {
        Note("test", index);
        var (name, value) = transaction.VarBinds[index];
        return RowOf(name.Span) is null ? ErrorStatus.NoCreation
            : value.Tag != BerTag.Integer ? ErrorStatus.WrongType
            : value.Signed == 13 ? ErrorStatus.WrongValue
            : ErrorStatus.NoError;
    }

    public ErrorStatus Commit(SetTransaction transaction, int index)
    {
        Note("commit", index);
        if (index + 1 == CommitFailsAt)
            return ErrorStatus.ResourceUnavailable;
        transaction.Staged(this, () => (long[])_values.Clone());
        _values[RowOf(transaction.VarBinds[index].Name.Span)!.Value] = transaction.VarBinds[index].Value.Signed;
        return ErrorStatus.NoError;
    }

    public ErrorStatus Undo(SetTransaction transaction, int index)
    {
        Note("undo", index);
        transaction.Staged(this, () => (long[])_values.Clone()).CopyTo(_values, 0);
        return ErrorStatus.NoError;
    }

    private void Note(string step, int index)
    {
        Steps.Add($"{step} {index + 1}");
        OnStep(step);
    }

    private uint? RowOf(ReadOnlySpan<uint> name) =>
        Root.IsPrefixOf(name) && name.Length == Root.Length + 1 && name[^1] >= 1 && name[^1] <= rows ? name[^1] : null;
}
