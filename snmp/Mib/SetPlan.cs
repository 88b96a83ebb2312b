using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>What one SET would make of the state, and which of its varbinds stand in the way (RFC 3416 §4.2.5).</summary>
internal sealed class SetPlan<TState>
    where TState : class
{
    private readonly ControlPlane<TState> _plane;
    private readonly IReadOnlyList<VarBind> _varBinds;
    private readonly ControlObject<TState>?[] _objects;
    private readonly ErrorStatus[] _errors;
    private bool _committed;

    public SetPlan(ControlPlane<TState> plane, SetTransaction transaction)
    {
        _plane = plane;
        Request = transaction.Request;
        _varBinds = transaction.VarBinds;
        _objects = new ControlObject<TState>?[_varBinds.Count];
        _errors = new ErrorStatus[_varBinds.Count];
        for (var i = 0; i < _varBinds.Count; i++)
            _objects[i] = plane.Find(_varBinds[i].Name.Span);
        Make();
    }

    /// <summary>The state the plan starts from.</summary>
    public TState Before { get; private set; } = null!;

    /// <summary>The state as far as the plan has come.</summary>
    public TState After { get; set; } = null!;

    public uint Now { get; private set; }

    /// <summary>Who asks.</summary>
    public MibRequest Request { get; }

    public ErrorStatus Error(int index) => _errors[index];

    /// <summary>Puts the planned state in force; the first committed varbind does it for all.</summary>
    public ErrorStatus Commit()
    {
        if (_committed)
            return ErrorStatus.NoError;
        // The meter itself may have changed the state since the test (a standby rule set switched on, say): plan again on what is there now.
        while (!_plane.State.TryReplace(Before, After))
        {
            Make();
            if (Array.Exists(_errors, error => error != ErrorStatus.NoError))
                return ErrorStatus.CommitFailed;
        }
        _committed = true;
        return ErrorStatus.NoError;
    }

    public ErrorStatus Undo()
    {
        if (!_committed)
            return ErrorStatus.NoError;
        _committed = false;
        return _plane.State.TryReplace(After, Before) ? ErrorStatus.NoError : ErrorStatus.UndoFailed;
    }

    private void Make()
    {
        Before = After = _plane.State.Current;
        Now = _plane.State.Now;
        Array.Clear(_errors);
        Step((at, varBind) => at.CheckSyntax(this, varBind));
        Step((at, varBind) => at.Create(this, varBind));
        Step((at, varBind) => at.Assign(this, varBind));
        Step((at, varBind) => at.Settle(this, varBind));
        Step((at, varBind) => at.Validate(this, varBind));
    }

    private void Step(Func<ControlObject<TState>, VarBind, ErrorStatus> step)
    {
        // In the order of the declarations, so that a rule set has its size before its rules are assigned, wherever they stand in the request.
        foreach (var each in _plane.Objects)
        {
            for (var i = 0; i < _varBinds.Count; i++)
            {
                if (ReferenceEquals(_objects[i], each) && _errors[i] == ErrorStatus.NoError)
                    _errors[i] = step(each, _varBinds[i]);
            }
        }
    }
}
