using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Outcome = Rtfm.Snmp.AgentX.AgentXResponder.Outcome;

namespace Rtfm.Snmp.AgentX;

/// <summary>The SET that a master agent leads through its phases (RFC 2741 §7.2.4). There is one at a time: a session's SETs are serialised.</summary>
internal sealed class AgentXSet(MibTree mib, MibRequest master, Action<Exception, ObjectIdentifier>? onProviderFault)
{
    private readonly List<IMibProvider> _providers = [];
    private SetTransaction? _tested;
    private uint _transactionId;

    /// <summary>How many varbinds have been committed, one that failed included.</summary>
    private int _committed;

    /// <summary>One of them failed.</summary>
    private bool _failed;

    /// <summary>§7.2.4.1. A SET that came before and was not ended is given up.</summary>
    public Outcome Test(uint transactionId, ref AgentXReader request)
    {
        Clean();
        var varBinds = new List<VarBind>();
        while (!request.IsAtEnd)
            varBinds.Add(request.VarBind());
        if (request.Failed)
            return new(AgentXError.ParseError);
        var transaction = new SetTransaction(varBinds, master);
        for (var i = 0; i < varBinds.Count; i++)
        {
            var provider = mib.Find(varBinds[i].Name.Span);
            var status = provider is null ? ErrorStatus.NotWritable : Step(transaction, i, provider.Test);
            if (status != ErrorStatus.NoError)
            {
                _providers.Clear();
                return new(status, i + 1);
            }
            _providers.Add(provider!);
        }
        (_tested, _transactionId) = (transaction, transactionId);
        return Outcome.Good;
    }

    /// <summary>§7.2.4.2. What was committed before one that fails stays so until the master says Undo, as it does, or is gone.</summary>
    public Outcome Commit(uint transactionId)
    {
        if (_tested is null || transactionId != _transactionId)
            return new(ErrorStatus.CommitFailed, 0);
        while (_committed < _providers.Count)
        {
            var index = _committed++;
            if (Step(_tested, index, _providers[index].Commit) == ErrorStatus.NoError)
                continue;
            _failed = true;
            return new(ErrorStatus.CommitFailed, index + 1);
        }
        return Outcome.Good;
    }

    /// <summary>§7.2.4.3. It ends the SET, too.</summary>
    public Outcome Undo(uint transactionId)
    {
        if (_tested is null || transactionId != _transactionId)
            return Outcome.Good;
        var outcome = Outcome.Good;
        while (_committed > 0)
        {
            var index = --_committed;
            if (Step(_tested, index, _providers[index].Undo) != ErrorStatus.NoError)
                outcome = new(ErrorStatus.UndoFailed, index + 1);
        }
        _failed = false;
        Clean();
        return outcome;
    }

    /// <summary>§7.2.4.4, and where the master is gone: what has been committed as a whole stays, half of a SET does not.</summary>
    public Outcome Clean()
    {
        if (_failed)
            return Undo(_transactionId);
        _tested = null;
        _committed = 0;
        _providers.Clear();
        return Outcome.Good;
    }

    private ErrorStatus Step(SetTransaction transaction, int index, Func<SetTransaction, int, ErrorStatus> step)
    {
        try
        {
            return step(transaction, index);
        }
        catch (Exception fault)
        {
            onProviderFault?.Invoke(fault, transaction.VarBinds[index].Name);
            return ErrorStatus.GenErr;
        }
    }
}
