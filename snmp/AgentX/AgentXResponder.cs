using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.AgentX;

/// <summary>Carries out a master agent's requests (RFC 2741 §7.2.2): a PDU in, a PDU out. No socket.</summary>
/// <param name="mib">The objects that are registered with the master, and no others.</param>
/// <param name="gate">Held while providers are called: they answer one request at a time, wherever it comes from.</param>
internal sealed class AgentXResponder(MibTree mib, Lock gate, Action<Exception, ObjectIdentifier>? onProviderFault)
{
    /// <summary>The longest response, in octets: names take four times what they take in SNMP, and a datagram is what comes of it.</summary>
    public const int LongestResponse = 256 * 1024;

    /// <summary>Who asks is the master's business: it authenticated them and looked what they may see (RFC 2741 §9).</summary>
    private static readonly MibRequest Master = new(SnmpVersion.V2c, "agentx");

    private readonly AgentXSet _set = new(mib, Master, onProviderFault);

    /// <summary>Where providers write; each varbind goes from here into the response.</summary>
    private readonly byte[] _varBind = new byte[65_536];

    /// <summary>How a request went: res.error and res.index, counted from 1.</summary>
    internal readonly record struct Outcome(int Error, int Index)
    {
        public static Outcome Good => default;

        public Outcome(ErrorStatus status, int index)
            : this((int)status, index) { }

        public Outcome(AgentXError error)
            : this((int)error, 0) { }
    }

    /// <summary>Answers one PDU, whatever its octets.</summary>
    /// <param name="sessionId">Of the session that is open.</param>
    /// <param name="response">At least a header and eight octets.</param>
    /// <returns>The length of the response; 0 where none is to be sent.</returns>
    public int Answer(in AgentXHeader header, ReadOnlySpan<byte> payload, uint sessionId, Span<byte> response)
    {
        var writer = new AgentXWriter(response, header with { Type = AgentXType.Response });
        // res.sysUpTime, which means nothing to a master, res.error and res.index.
        var start = writer.Position;
        Result(ref writer, Outcome.Good);
        var outcome = header.SessionId != sessionId ? new(AgentXError.NotOpen) : Carry(header, payload, ref writer);
        if (writer.Overflowed && outcome == Outcome.Good)
            outcome = new(ErrorStatus.TooBig, 0);
        if (outcome != Outcome.Good)
        {
            writer.Rewind(start);
            Result(ref writer, outcome);
        }
        return header.Type == AgentXType.CleanupSet ? 0 : writer.End();
    }

    /// <summary>The master is gone: a SET it has not committed changes nothing.</summary>
    public void EndSession()
    {
        lock (gate)
            _set.Clean();
    }

    private static void Result(ref AgentXWriter writer, Outcome outcome)
    {
        writer.Number(0);
        writer.Short((ushort)outcome.Error);
        writer.Short((ushort)outcome.Index);
    }

    private Outcome Carry(in AgentXHeader header, ReadOnlySpan<byte> payload, ref AgentXWriter response)
    {
        // All that is registered is in the default context.
        if (header.HasContext)
            return new(AgentXError.UnsupportedContext);
        var request = new AgentXReader(payload, header.IsNetworkByteOrder);
        lock (gate)
        {
            return header.Type switch
            {
                AgentXType.Get => Get(ref request, ref response),
                AgentXType.GetNext => GetNext(ref request, ref response),
                AgentXType.GetBulk => GetBulk(ref request, ref response),
                AgentXType.TestSet => _set.Test(header.TransactionId, ref request),
                AgentXType.CommitSet => _set.Commit(header.TransactionId),
                AgentXType.UndoSet => _set.Undo(header.TransactionId),
                AgentXType.CleanupSet => _set.Clean(),
                AgentXType.Close => Outcome.Good,
                _ => new(AgentXError.ProcessingError),
            };
        }
    }

    // §7.2.3.1
    private Outcome Get(ref AgentXReader request, ref AgentXWriter response)
    {
        SearchRange range = default;
        for (var index = 1; !request.IsAtEnd; index++)
        {
            if (!range.TryRead(ref request))
                return new(AgentXError.ParseError);
            try
            {
                var found = TryGet(range.Start.Span, ref response);
                if (found != GetOutcome.Found)
                    response.Empty(range.Start.Span, found == GetOutcome.NoSuchObject ? BerTag.NoSuchObject : BerTag.NoSuchInstance);
            }
            catch (Exception fault)
            {
                return Fault(fault, range.Start.Span, index);
            }
        }
        return Outcome.Good;
    }

    // §7.2.3.2
    private Outcome GetNext(ref AgentXReader request, ref AgentXWriter response)
    {
        SearchRange range = default;
        for (var index = 1; !request.IsAtEnd; index++)
        {
            if (!range.TryRead(ref request))
                return new(AgentXError.ParseError);
            var outcome = Repeat(ref range, index, ref response, out _);
            if (outcome != Outcome.Good)
                return outcome;
        }
        return Outcome.Good;
    }

    /// <summary>The ranges of a GetBulk. Kept between requests, since one is a kilobyte.</summary>
    private SearchRange[] _ranges = new SearchRange[8];

    /// <summary>More ranges than any client asks for at once.</summary>
    private const int MostRanges = 1_024;

    // §7.2.3.3: the first ranges as in GetNext, the others again and again, as many as fit.
    private Outcome GetBulk(ref AgentXReader request, ref AgentXWriter response)
    {
        int nonRepeaters = request.Short();
        int maxRepetitions = request.Short();
        var count = 0;
        while (!request.IsAtEnd)
        {
            if (count == MostRanges)
                return new(ErrorStatus.TooBig, 0);
            if (count == _ranges.Length)
                Array.Resize(ref _ranges, count * 2);
            if (!_ranges[count++].TryRead(ref request))
                return new(AgentXError.ParseError);
        }
        var all = _ranges.AsSpan(0, count);
        nonRepeaters = Math.Min(nonRepeaters, all.Length);
        for (var i = 0; i < nonRepeaters; i++)
        {
            var outcome = Repeat(ref all[i], i + 1, ref response, out _);
            if (outcome != Outcome.Good)
                return outcome;
        }
        var isAnyLeft = nonRepeaters < all.Length;
        for (var repetition = 0; repetition < maxRepetitions && isAnyLeft; repetition++)
        {
            isAnyLeft = false;
            for (var i = nonRepeaters; i < all.Length; i++)
            {
                var start = response.Position;
                var outcome = Repeat(ref all[i], i + 1, ref response, out var isFound);
                if (outcome != Outcome.Good)
                    return outcome;
                if (response.Overflowed && start > AgentXHeader.Length + 8)
                {
                    response.Rewind(start);
                    return Outcome.Good;
                }
                isAnyLeft |= isFound;
            }
        }
        return Outcome.Good;
    }

    /// <summary>Writes what comes next in a range, and moves its start there.</summary>
    private Outcome Repeat(ref SearchRange range, int index, ref AgentXWriter response, out bool isFound)
    {
        isFound = false;
        try
        {
            isFound = TryNext(ref range, ref response);
            if (!isFound)
                response.Empty(range.Start.Span, BerTag.EndOfMibView);
            return Outcome.Good;
        }
        catch (Exception fault)
        {
            return Fault(fault, range.Start.Span, index);
        }
    }

    private bool TryNext(ref SearchRange range, ref AgentXWriter response)
    {
        var written = new VarBindWriter(new BerWriter(_varBind));
        if (!(range.Include && mib.Find(range.Start.Span)?.Get(range.Start.Span, Master, ref written) == GetOutcome.Found))
        {
            if (!mib.GetNext(range.Start.Span, Master, ref written))
                return false;
        }
        if (range.End.Length > 0 && written.LastName.CompareNames(range.End.Span) >= 0)
            return false;
        range.Start.TrySet(written.LastName);
        range.Include = false;
        response.VarBind(ref written);
        return true;
    }

    private GetOutcome TryGet(scoped ReadOnlySpan<uint> name, ref AgentXWriter response)
    {
        var written = new VarBindWriter(new BerWriter(_varBind));
        var found = mib.Find(name)?.Get(name, Master, ref written) ?? GetOutcome.NoSuchObject;
        if (found == GetOutcome.Found)
            response.VarBind(ref written);
        return found;
    }

    private Outcome Fault(Exception fault, ReadOnlySpan<uint> name, int index)
    {
        onProviderFault?.Invoke(fault, new ObjectIdentifier(name));
        return new(ErrorStatus.GenErr, index);
    }

    /// <summary>Where to search (§5.2): from a name, which may be found itself, to before another; no end: to the end.</summary>
    private struct SearchRange
    {
        public OidBuffer Start;
        public OidBuffer End;
        public bool Include;

        public bool TryRead(ref AgentXReader request)
        {
            request.Oid(ref Start, out Include);
            request.Oid(ref End, out _);
            return !request.Failed;
        }
    }
}
