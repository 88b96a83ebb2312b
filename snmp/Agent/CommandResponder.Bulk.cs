using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Access;

namespace Rtfm.Snmp.Agent;

internal sealed partial class CommandResponder
{
    /// <summary>Names of the repeated varbinds: where each has got to. Kept between requests, since one is half a kilobyte.</summary>
    private OidBuffer[] _repeated = new OidBuffer[8];

    /// <summary>More repeated varbinds than any client sends; a request with more is answered as far as these.</summary>
    private const int MostRepeated = 1_024;

    // RFC 3416 §4.2.3: the first varbinds as in GetNext, the others again and again, as many as fit.
    private Outcome GetBulk(in MibRequest who, View view, in PduHeader pdu, ref VarBindReader request, ref VarBindWriter response)
    {
        var repeated = 0;
        for (var index = 1; request.Read(); index++)
        {
            _counters.InTotalRequestVariables++;
            if (index > pdu.NonRepeaters)
            {
                if (repeated == MostRepeated)
                    break;
                if (repeated == _repeated.Length)
                    Array.Resize(ref _repeated, repeated * 2);
                _repeated[repeated++].TrySet(request.Name);
                continue;
            }
            var status = Repeat(request.Name, who, view, index, ref response, out _);
            if (status.Status != ErrorStatus.NoError)
                return status;
            if (response.Ber.Overflowed)
                return new(ErrorStatus.TooBig, 0);
        }

        var written = pdu.NonRepeaters > 0 ? 1 : 0;
        for (var repetition = 0; repetition < pdu.MaxRepetitions; repetition++)
        {
            var isAnyLeft = false;
            for (var i = 0; i < repeated; i++)
            {
                var start = response.Ber.Position;
                var status = Repeat(_repeated[i].Span, who, view, pdu.NonRepeaters + i + 1, ref response, out var isFound);
                if (status.Status != ErrorStatus.NoError)
                    return status;
                if (response.Ber.Overflowed)
                {
                    response.Ber.Rewind(start);
                    // Fewer varbinds are a good answer, none at all is not: the client could not go on.
                    return written == 0 ? new(ErrorStatus.TooBig, 0) : Outcome.Good;
                }
                _repeated[i].TrySet(response.LastName);
                isAnyLeft |= isFound;
                written++;
            }
            if (!isAnyLeft)
                break;
        }
        return Outcome.Good;
    }

    private Outcome Repeat(
        scoped ReadOnlySpan<uint> after,
        scoped in MibRequest who,
        View view,
        int index,
        ref VarBindWriter response,
        out bool isFound
    )
    {
        isFound = false;
        try
        {
            isFound = TryNext(after, who, view, ref response);
            if (!isFound)
                response.Empty(after, BerTag.EndOfMibView);
            return Outcome.Good;
        }
        catch (Exception fault)
        {
            return Fault(fault, after, index);
        }
    }
}
