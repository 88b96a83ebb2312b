using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

public sealed partial class MibTable<TState, TRow>
{
    private StatusColumn? _status;
    private Func<RowChange<TState, TRow>, ErrorStatus>? _check;
    private Func<TRow, uint, TRow>? _touch;
    private ErrorStatus _onMissingRow = ErrorStatus.InconsistentName;

    private sealed record StatusColumn(
        uint Number,
        Func<TRow, RowStatus> Get,
        Func<TRow, RowStatus, TRow> Set,
        CreateRow<TRow> Create,
        Func<TRow, bool> IsComplete
    );

    /// <summary>The RowStatus column, through which SNMP makes and removes rows (RFC 2579).</summary>
    /// <param name="create">A new row of that index, its columns at their defaults.</param>
    /// <param name="isComplete">Whether every column that the row needs has a value.</param>
    public MibTable<TState, TRow> RowStatus(
        uint column,
        string name,
        Func<TRow, RowStatus> get,
        Func<TRow, RowStatus, TRow> set,
        CreateRow<TRow> create,
        Func<TRow, bool> isComplete
    )
    {
        _status = new(column, get, set, create, isComplete);
        return ReadCreate(column, name, RowStatusSyntax, get, set);
    }

    /// <summary>The table's own rules, asked for every varbind once the whole SET is worked out.</summary>
    public MibTable<TState, TRow> Check(Func<RowChange<TState, TRow>, ErrorStatus> check)
    {
        _check = check;
        return this;
    }

    /// <summary>What every SET does to a row beside its columns: time stamps. Called once per varbind with the Uptime.</summary>
    public MibTable<TState, TRow> Touch(Func<TRow, uint, TRow> touch)
    {
        _touch = touch;
        return this;
    }

    /// <summary>The error for a SET of a row that is not there and that SNMP cannot make; inconsistentName unless told.</summary>
    public MibTable<TState, TRow> OnMissingRow(ErrorStatus error)
    {
        _onMissingRow = error;
        return this;
    }

    internal override ErrorStatus CheckSyntax(SetPlan<TState> plan, in VarBind varBind)
    {
        var name = varBind.Name.Span;
        if (
            !_entry.IsPrefixOf(name)
            || name.Length == _entry.Length
            || !_columns.TryGetValue(name[_entry.Length], out var column)
            || !column.IsWritable
        )
            return ErrorStatus.NotWritable;
        var status = column.Test(varBind.Value);
        if (status != ErrorStatus.NoError)
            return status;
        return _rows.IsPossible(IndexOf(varBind)) ? ErrorStatus.NoError : ErrorStatus.NoCreation;
    }

    internal override ErrorStatus Create(SetPlan<TState> plan, in VarBind varBind)
    {
        if (!IsStatus(varBind, out var command) || command is not (Mib.RowStatus.CreateAndGo or Mib.RowStatus.CreateAndWait))
            return ErrorStatus.NoError;
        var index = IndexOf(varBind);
        if (_rows.Find(plan.After, index) is not null)
            return ErrorStatus.InconsistentValue;
        var row = _status!.Create(index);
        plan.After = _rows.With(plan.After, index, _status.Set(row, Mib.RowStatus.NotReady));
        return ErrorStatus.NoError;
    }

    internal override ErrorStatus Assign(SetPlan<TState> plan, in VarBind varBind)
    {
        var index = IndexOf(varBind);
        var row = _rows.Find(plan.After, index);
        if (IsStatus(varBind, out var command))
        {
            // Destroying what is not there is no error; making it active is (RFC 2579 RowStatus, "does not exist" column).
            return row is not null || command == Mib.RowStatus.Destroy ? ErrorStatus.NoError : ErrorStatus.InconsistentValue;
        }
        if (row is null)
            return _onMissingRow;
        var assigned = _columns[ColumnOf(varBind)].Set(row, varBind.Value, new(plan.After, plan.Now, plan.Request));
        if (assigned.Status != ErrorStatus.NoError)
            return assigned.Status;
        row = assigned.Row;
        if (_touch is not null)
            row = _touch(row, plan.Now);
        plan.After = _rows.With(plan.After, index, Promoted(row));
        return ErrorStatus.NoError;
    }

    internal override ErrorStatus Settle(SetPlan<TState> plan, in VarBind varBind)
    {
        if (!IsStatus(varBind, out var command))
            return ErrorStatus.NoError;
        var index = IndexOf(varBind);
        if (command == Mib.RowStatus.Destroy)
        {
            plan.After = _rows.With(plan.After, index, null);
            return ErrorStatus.NoError;
        }
        var row = _rows.Find(plan.After, index);
        if (row is null)
            return ErrorStatus.InconsistentValue;
        var complete = _status!.IsComplete(row);
        if (!complete && command != Mib.RowStatus.CreateAndWait)
            return ErrorStatus.InconsistentValue;
        var settled = command switch
        {
            Mib.RowStatus.CreateAndGo or Mib.RowStatus.Active => Mib.RowStatus.Active,
            _ => complete ? Mib.RowStatus.NotInService : Mib.RowStatus.NotReady,
        };
        row = _status.Set(row, settled);
        if (_touch is not null)
            row = _touch(row, plan.Now);
        plan.After = _rows.With(plan.After, index, row);
        return ErrorStatus.NoError;
    }

    internal override ErrorStatus Validate(SetPlan<TState> plan, in VarBind varBind)
    {
        var index = IndexOf(varBind);
        var before = _rows.Find(plan.Before, index);
        var after = _rows.Find(plan.After, index);
        var column = ColumnOf(varBind);
        // RFC 2579, "note well": what is locked while active may be set together with leaving that state.
        if (
            _status is not null
            && before is not null
            && after is not null
            && _status.Get(before) == Mib.RowStatus.Active
            && _status.Get(after) == Mib.RowStatus.Active
            && _columns[column].WhileActive is var locked
            && locked != ErrorStatus.NoError
        )
        {
            return locked;
        }
        return _check?.Invoke(new(plan.Before, plan.After, index.IsEmpty ? 0 : index[0], before, after, column)) ?? ErrorStatus.NoError;
    }

    /// <summary>A row that was not ready and now has all it needs is only not in service (RFC 2579).</summary>
    private TRow Promoted(TRow row) =>
        _status is not null && _status.Get(row) == Mib.RowStatus.NotReady && _status.IsComplete(row)
            ? _status.Set(row, Mib.RowStatus.NotInService)
            : row;

    private bool IsStatus(in VarBind varBind, out RowStatus command)
    {
        command = (RowStatus)varBind.Value.Signed;
        return _status is not null && ColumnOf(varBind) == _status.Number;
    }

    private uint ColumnOf(in VarBind varBind) => varBind.Name.Span[_entry.Length];

    private ReadOnlySpan<uint> IndexOf(in VarBind varBind) => varBind.Name.Span[(_entry.Length + 1)..];

    /// <summary>notReady can be read but not written.</summary>
    private static readonly Smi<RowStatus> RowStatusSyntax = new(
        Ber.BerTag.Integer,
        status => SnmpValue.Integer((int)status),
        value => value.Signed is 1 or 2 or 4 or 5 or 6 ? ErrorStatus.NoError : ErrorStatus.WrongValue,
        value => (RowStatus)value.Signed
    );
}
