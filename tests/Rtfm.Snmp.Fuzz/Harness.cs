using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Fuzz;

/// <summary>Puts an input to the engine and the decoders, and holds what comes of it against what must never be.</summary>
internal sealed class Harness
{
    /// <summary>A thousand times what an input takes. Measured again before it counts: others may have had the processor.</summary>
    public static readonly TimeSpan Slowest = TimeSpan.FromMilliseconds(50);

    /// <summary>GETBULK's names for the most columns that are answered take the most of it, once.</summary>
    public const long MostAllocated = 4 << 20;

    /// <summary>sockaddr_in of 192.0.2.1: elsewhere, whose address may be another's.</summary>
    private static readonly byte[] Elsewhere = [2, 0, 0, 161, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly Func<SnmpCounters, uint>[] Counters =
    [
        .. typeof(SnmpCounters).GetFields(BindingFlags.Public | BindingFlags.Instance).Where(field => field.FieldType == typeof(uint)).Select(Reader),
    ];

    private readonly Agent _agent = new();
    private readonly Envelopes _envelopes;
    private readonly Asking _asking;
    private readonly Receiving _receiving;
    private readonly Informing _informing;
    private readonly byte[] _answer = new byte[65_536];
    private readonly byte[] _response = new byte[AgentXResponder.LongestResponse];
    private readonly uint[] _before = new uint[Counters.Length];

    /// <summary>What kind of answer came last.</summary>
    private int _answered;

    public Harness(Envelopes envelopes)
    {
        _envelopes = envelopes;
        _asking = new(envelopes);
        _receiving = new(envelopes);
        _informing = new(envelopes);
    }

    /// <summary>Makes the agent as it was at the start.</summary>
    public void Reset() => _agent.Reset();

    /// <summary>Makes who talks to agents as he was at the start: with the time of an engine that an input has moved on, nothing else of it counts.</summary>
    public void ResetManager()
    {
        _asking.Reset();
        _receiving.Reset();
        _informing.Reset();
    }

    /// <param name="told">What the input made happen, in a number: another number, something else.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? Try(byte[] input, Origin origin, out int told)
    {
        told = 0;
        try
        {
            var fault = TryOnce(input, origin, out told, out var took);
            for (var tries = 0; fault is null && took > Slowest && tries < 3; tries++)
                fault = TryOnce(input, origin, out _, out took);
            return fault ?? (took > Slowest ? $"it took {took.TotalMilliseconds} ms" : null);
        }
        catch (Exception thrown)
        {
            return thrown.ToString();
        }
    }

    private string? TryOnce(byte[] input, Origin origin, out int told, out TimeSpan took)
    {
        for (var i = 0; i < Counters.Length; i++)
            _before[i] = Counters[i](_agent.Counters);
        var (began, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        var length = _agent.Engine.Process(input, _answer, RequesterOf(origin));
        var decoded = Decoders.Read(input);
        var lengthToMaster = AskAsMaster(input, out var isGoodToMaster);
        var managerFault = TryAsManager(input, origin, out var managed);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        took = Stopwatch.GetElapsedTime(began);
        var moved = new HashCode();
        for (var i = 0; i < Counters.Length; i++)
            moved.Add(Counters[i](_agent.Counters) != _before[i]);
        var fault = _agent.Fault?.ToString();
        _agent.Fault = null;
        fault ??= managerFault ?? CheckAnswer(input, _answer.AsSpan(0, length), origin);
        if (!isGoodToMaster)
            fault ??= $"a response of {lengthToMaster} octets that no master can read";
        told = HashCode.Combine(moved.ToHashCode(), decoded, Magnitude(length), Magnitude(lengthToMaster), _answered, managed);
        return fault ?? (allocated > MostAllocated ? $"it allocated {allocated} octets" : null);
    }

    /// <summary>As if a master agent had sent the input.</summary>
    /// <returns>The length of the response; 0 where there is none.</returns>
    private int AskAsMaster(byte[] input, out bool isGood)
    {
        isGood = true;
        if (input.Length < AgentXHeader.Length || !AgentXHeader.TryRead(input, out var header))
            return 0;
        var length = _agent.SubAgent.Answer(header, input.AsSpan(AgentXHeader.Length), header.SessionId, _response);
        isGood =
            length == 0
            || AgentXHeader.TryRead(_response, out var answered)
                && answered.Type == AgentXType.Response
                && answered.PayloadLength == length - AgentXHeader.Length
                && answered.PacketId == header.PacketId;
        return length;
    }

    /// <summary>As if the input came to who asks agents, receives their notifications, or waits for what becomes of his own.</summary>
    private string? TryAsManager(byte[] input, Origin origin, out int told)
    {
        var isFromTarget = origin != Origin.Elsewhere;
        var asking = _asking.Try(input, isFromTarget, out var asked);
        var receiving = _receiving.Try(input, new Requester(Elsewhere), out var received);
        var informing = _informing.Try(input, isFromTarget, out var informed);
        told = HashCode.Combine(asked, received, informed, Texts.Read(input));
        return asking ?? receiving ?? informing;
    }

    private static Requester RequesterOf(Origin origin) =>
        origin switch
        {
            Origin.Elsewhere => new(Elsewhere),
            Origin.Connection => new(Elsewhere, TransportKind.TlsTcp, Agent.ConnectedUser),
            _ => default,
        };

    private static int Magnitude(int length) => 32 - int.LeadingZeroCount(length);

    private string? CheckAnswer(ReadOnlySpan<byte> input, ReadOnlySpan<byte> answer, Origin origin)
    {
        _answered = 0;
        if (answer.IsEmpty)
            return null;
        if (answer.Length > Agent.MaxMessageSize)
            return $"an answer of {answer.Length} octets, of at most {Agent.MaxMessageSize}";
        var reader = new BerReader(answer);
        reader.Enter();
        var version = reader.Integer();
        ReadOnlySpan<byte> pdu;
        if (version == (int)SnmpVersion.V3)
        {
            var asked = new BerReader(input);
            asked.Enter();
            asked.Integer();
            if (!V3Message.TryRead(input, ref asked, out var request))
                return "an answer to what is no message";
            if (answer.Length > request.MaxSize)
                return $"an answer of {answer.Length} octets to who takes {request.MaxSize}";
            if (!V3Message.TryRead(answer, ref reader, out var v3))
                return "an answer that cannot be read";
            if (v3.MessageId != request.MessageId)
                return "an answer with another msgID";
            if (v3.Level == SecurityLevel.NoAuthNoPriv && origin == Origin.Elsewhere && answer.Length > Agent.MaxUnauthenticatedAnswer)
                return $"an answer of {answer.Length} octets to somebody";
            // The agent may know users that an input made, whose keys are not known here.
            if (!_envelopes.TryOpen(answer, out pdu))
                return null;
        }
        else
        {
            reader.OctetString();
            if (reader.Error != BerError.None)
                return "an answer that cannot be read";
            if (origin == Origin.Elsewhere && answer.Length > Agent.MaxUnauthenticatedAnswer)
                return $"an answer of {answer.Length} octets to somebody";
            pdu = answer[reader.Position..];
        }
        return CheckPdu(pdu);
    }

    private string? CheckPdu(ReadOnlySpan<byte> pdu)
    {
        if (!PduHeader.TryRead(pdu, out var header) || header.Type is not (PduType.Response or PduType.Report))
            return "an answer without a Response or Report";
        if (header.ErrorStatus is < 0 or > (int)ErrorStatus.InconsistentName)
            return $"an answer with error-status {header.ErrorStatus}";
        // What an error gives back is the request's own, as it came.
        if (header.ErrorStatus == 0)
        {
            var varBinds = new VarBindReader(pdu.Slice(header.VarBinds, header.VarBindsLength));
            while (varBinds.Read())
            {
                if (!varBinds.TryValue(out _))
                    return $"an answer with a value that does not fit its syntax, {varBinds.Tag}";
            }
        }
        _answered = HashCode.Combine(header.Type, header.ErrorStatus, Math.Min(header.ErrorIndex, 3));
        return null;
    }

    private static Func<SnmpCounters, uint> Reader(FieldInfo field)
    {
        var counters = Expression.Parameter(typeof(SnmpCounters));
        return Expression.Lambda<Func<SnmpCounters, uint>>(Expression.Field(counters, field), counters).Compile();
    }
}
