using System.Runtime.CompilerServices;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Access;

namespace Rtfm.Snmp.Agent;

/// <summary>Carries out Get, GetNext, GetBulk and Set (RFC 3416 §4.2; RFC 3413 §3.2).</summary>
/// <remarks>An answer is written straight into the caller's buffer; what turns out wrong is taken back and replaced by an error.</remarks>
internal sealed partial class CommandResponder(SnmpEngineOptions options)
{
    /// <summary>What there is in the context of the request at work.</summary>
    private MibTree _mib = options.Mib;
    private readonly SnmpCounters _counters = options.Counters;

    /// <param name="mib">What there is in the request's context.</param>
    /// <param name="answer">Where the answer is written; it also bounds its size.</param>
    /// <returns>The length of the answer; 0 where there is none.</returns>
    public int Answer(IMessageModel model, in IncomingMessage incoming, in PduHeader pdu, AccessControl access, MibTree mib, Span<byte> answer)
    {
        _mib = mib;
        if (!Count(pdu) && !IsTaken(incoming, pdu))
            return 0;
        var type = pdu.Type is PduType.SetRequest or PduType.InformRequest ? ViewType.Write : ViewType.Read;
        var view = access.Find(incoming.Model, incoming.Request.SecurityName, incoming.Level, incoming.Context, type);
        if (view is null && type == ViewType.Write && incoming.Request.Version != SnmpVersion.V3)
            _counters.InBadCommunityUses++;
        var writer = new BerWriter(answer);
        var message = model.BeginAnswer(incoming, ref writer);
        var start = writer.Position;
        var outcome = view is null ? new(ErrorStatus.AuthorizationError, 0) : Carry(incoming, view, pdu, ref writer);
        if (outcome.Status != ErrorStatus.NoError)
        {
            writer.Rewind(start);
            WriteError(incoming, pdu, outcome, ref writer);
        }
        model.EndAnswer(incoming, ref writer, message);
        if (writer.Overflowed)
        {
            _counters.SilentDrops++;
            return 0;
        }
        _counters.OutGetResponses++;
        return writer.Position;
    }

    /// <summary>Tells the sender what was wrong with his message (RFC 3412 §7.1 Report).</summary>
    /// <inheritdoc cref="Answer"/>
    public static int Report(IMessageModel model, in IncomingMessage incoming, Span<byte> answer)
    {
        var requestId = PduHeader.TryRead(incoming.Pdu, out var pdu) ? pdu.RequestId : 0;
        var writer = new BerWriter(answer);
        var message = model.BeginAnswer(incoming, ref writer);
        var mark = writer.Begin((byte)PduType.Report);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence);
        var varBinds = new VarBindWriter(writer);
        varBinds.Counter32(incoming.ReportName, incoming.ReportValue);
        writer = varBinds.Ber;
        writer.End(list);
        writer.End(mark);
        model.EndAnswer(incoming, ref writer, message);
        return writer.Overflowed ? 0 : writer.Position;
    }

    private Outcome Carry(in IncomingMessage incoming, View view, in PduHeader pdu, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)PduType.Response, lengthOctets: 3);
        writer.Integer(pdu.RequestId);
        writer.Integer((int)ErrorStatus.NoError);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        var request = new VarBindReader(incoming.Pdu.Slice(pdu.VarBinds, pdu.VarBindsLength));
        var response = new VarBindWriter(writer);
        var outcome = pdu.Type switch
        {
            PduType.GetRequest => Get(incoming.Request, view, ref request, ref response),
            PduType.GetNextRequest => GetNext(incoming.Request, view, ref request, ref response),
            PduType.GetBulkRequest => GetBulk(incoming.Request, view, pdu, ref request, ref response),
            PduType.InformRequest => Inform(incoming, view, ref request, ref response),
            _ => Set(incoming, view, ref request, ref response),
        };
        writer = response.Ber;
        if (writer.Overflowed && outcome.Status == ErrorStatus.NoError)
            outcome = new(ErrorStatus.TooBig, 0);
        writer.End(list);
        writer.End(mark);
        return outcome;
    }

    private Outcome Get(in MibRequest who, View view, ref VarBindReader request, ref VarBindWriter response)
    {
        for (var index = 1; request.Read(); index++)
        {
            _counters.InTotalRequestVariables++;
            var start = response.Ber.Position;
            var found = GetOutcome.NoSuchObject;
            if (view.Includes(request.Name) && _mib.Find(request.Name) is { } provider)
            {
                try
                {
                    found = provider.Get(request.Name, who, ref response);
                }
                catch (Exception fault)
                {
                    return Fault(fault, request.Name, index);
                }
            }
            if (response.Ber.Overflowed)
                return new(ErrorStatus.TooBig, 0);
            if (who.HasCounter64)
            {
                if (found != GetOutcome.Found)
                    response.Empty(request.Name, found == GetOutcome.NoSuchObject ? BerTag.NoSuchObject : BerTag.NoSuchInstance);
            }
            else if (found != GetOutcome.Found || response.LastTag == BerTag.Counter64)
            {
                response.Ber.Rewind(start);
                return new(ErrorStatus.NoSuchName, index);
            }
        }
        return Outcome.Good;
    }

    private Outcome GetNext(in MibRequest who, View view, ref VarBindReader request, ref VarBindWriter response)
    {
        for (var index = 1; request.Read(); index++)
        {
            _counters.InTotalRequestVariables++;
            try
            {
                if (!TryNext(request.Name, who, view, ref response))
                {
                    if (!who.HasCounter64)
                        return new(ErrorStatus.NoSuchName, index);
                    response.Empty(request.Name, BerTag.EndOfMibView);
                }
            }
            catch (Exception fault)
            {
                return Fault(fault, request.Name, index);
            }
            if (response.Ber.Overflowed)
                return new(ErrorStatus.TooBig, 0);
        }
        return Outcome.Good;
    }

    /// <summary>Writes the next instance that the requester may see and that his version can carry.</summary>
    [SkipLocalsInit]
    private bool TryNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest who, View view, ref VarBindWriter response)
    {
        var start = response.Ber.Position;
        if (!_mib.GetNext(after, who, ref response))
            return false;
        // RFC 3584 §4.2.2.1: SNMPv1 passes over Counter64.
        while (!response.Ber.Overflowed)
        {
            var isHidden = !view.Includes(response.LastName);
            if (!isHidden && (who.HasCounter64 || response.LastTag != BerTag.Counter64))
                return true;
            OidBuffer.Begin(out var skipped);
            skipped.TrySet(response.LastName);
            if (isHidden)
                view.PassOver(ref skipped);
            response.Ber.Rewind(start);
            if (!_mib.GetNext(skipped.Span, who, ref response))
                return false;
        }
        return true;
    }

    private Outcome Fault(Exception fault, ReadOnlySpan<uint> name, int index)
    {
        options.OnProviderFault?.Invoke(fault, new ObjectIdentifier(name));
        return new(ErrorStatus.GenErr, index);
    }

    private bool Count(in PduHeader pdu)
    {
        switch (pdu.Type)
        {
            case PduType.GetRequest:
                _counters.InGetRequests++;
                return true;
            case PduType.GetNextRequest or PduType.GetBulkRequest:
                _counters.InGetNexts++;
                return true;
            case PduType.SetRequest:
                _counters.InSetRequests++;
                return true;
            case PduType.Response:
                _counters.InGetResponses++;
                return false;
            case PduType.TrapV2 or PduType.InformRequest:
                _counters.InTraps++;
                return false;
            default:
                return false;
        }
    }

    /// <summary>How a request went: an error and the varbind it is about, counted from 1.</summary>
    private readonly record struct Outcome(ErrorStatus Status, int Index)
    {
        public static Outcome Good => new(ErrorStatus.NoError, 0);
    }
}
