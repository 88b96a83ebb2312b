using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Access;

namespace Rtfm.Snmp.Agent;

internal sealed partial class CommandResponder
{
    // RFC 3416 §4.2.5: test all; only then commit each; take back what was committed where one fails.
    private Outcome Set(in IncomingMessage incoming, View view, ref VarBindReader request, ref VarBindWriter response)
    {
        var varBinds = new List<VarBind>();
        while (request.Read())
        {
            if (!request.TryValue(out var value))
                return new(ErrorStatus.WrongEncoding, varBinds.Count + 1);
            if (!view.Includes(request.Name))
                return new(ErrorStatus.NoAccess, varBinds.Count + 1);
            varBinds.Add(new(new ObjectIdentifier(request.Name), value));
        }
        var transaction = new SetTransaction(varBinds, incoming.Request);
        var outcome = Carry(transaction);
        if (outcome.Status != ErrorStatus.NoError)
            return outcome;
        _counters.InTotalSetVariables += (uint)varBinds.Count;
        foreach (var varBind in varBinds)
            response.Value(varBind.Name.Span, varBind.Value);
        return Outcome.Good;
    }

    private Outcome Carry(SetTransaction transaction)
    {
        var providers = new IMibProvider[transaction.VarBinds.Count];
        for (var i = 0; i < providers.Length; i++)
        {
            if (_mib.Find(transaction.VarBinds[i].Name.Span) is not { } provider)
                return new(ErrorStatus.NotWritable, i + 1);
            providers[i] = provider;
            var status = Step(transaction, i, provider.Test);
            if (status != ErrorStatus.NoError)
                return new(status, i + 1);
        }
        for (var i = 0; i < providers.Length; i++)
        {
            var status = Step(transaction, i, providers[i].Commit);
            if (status == ErrorStatus.NoError)
                continue;
            for (var j = i; j >= 0; j--)
            {
                if (Step(transaction, j, providers[j].Undo) != ErrorStatus.NoError)
                    return new(ErrorStatus.UndoFailed, 0);
            }
            return new(ErrorStatus.CommitFailed, i + 1);
        }
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
            return Fault(fault, transaction.VarBinds[index].Name.Span, index + 1).Status;
        }
    }

    private void WriteError(in IncomingMessage incoming, in PduHeader pdu, Outcome outcome, ref BerWriter writer)
    {
        var isV1 = !incoming.Request.HasCounter64;
        var status = isV1 ? ToV1(outcome.Status) : outcome.Status;
        var start = writer.Position;
        // tooBig in v2 has no varbinds; every other error, and v1, gives the request's back as they came (RFC 3416 §4.2.1, RFC 1157 §4.1.2).
        var echoed = outcome.Status == ErrorStatus.TooBig && !isV1 ? [] : incoming.Pdu.Slice(pdu.VarBinds, pdu.VarBindsLength);
        WriteError(pdu.RequestId, status, outcome.Index, echoed, ref writer);
        if (writer.Overflowed && !echoed.IsEmpty)
        {
            writer.Rewind(start);
            status = ErrorStatus.TooBig;
            WriteError(pdu.RequestId, status, 0, [], ref writer);
        }
        switch (status)
        {
            case ErrorStatus.TooBig:
                _counters.OutTooBigs++;
                break;
            case ErrorStatus.NoSuchName:
                _counters.OutNoSuchNames++;
                break;
            case ErrorStatus.BadValue:
                _counters.OutBadValues++;
                break;
            case ErrorStatus.GenErr:
                _counters.OutGenErrors++;
                break;
        }
    }

    private static void WriteError(int requestId, ErrorStatus status, int index, ReadOnlySpan<byte> varBinds, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)PduType.Response, lengthOctets: 3);
        writer.Integer(requestId);
        writer.Integer((int)status);
        writer.Integer(index);
        writer.OctetString(varBinds, (byte)BerTag.Sequence);
        writer.End(mark);
    }

    /// <summary>RFC 3584 §4.3.</summary>
    internal static ErrorStatus ToV1(ErrorStatus status) =>
        status switch
        {
            ErrorStatus.WrongValue
            or ErrorStatus.WrongEncoding
            or ErrorStatus.WrongType
            or ErrorStatus.WrongLength
            or ErrorStatus.InconsistentValue => ErrorStatus.BadValue,
            ErrorStatus.NoAccess
            or ErrorStatus.NotWritable
            or ErrorStatus.NoCreation
            or ErrorStatus.InconsistentName
            or ErrorStatus.AuthorizationError => ErrorStatus.NoSuchName,
            ErrorStatus.ResourceUnavailable or ErrorStatus.CommitFailed or ErrorStatus.UndoFailed => ErrorStatus.GenErr,
            _ => status,
        };
}
