using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>What is asked, and the answer once it is there.</summary>
/// <param name="nonRepeaters">Of a GETBULK; else 0.</param>
/// <param name="maxRepetitions">Of a GETBULK; else 0.</param>
internal sealed class PendingRequest(SnmpTarget target, PduType type, IReadOnlyList<VarBind> varBinds, int nonRepeaters = 0, int maxRepetitions = 0)
{
    private readonly List<int> _ids = [];
    private ClientStream? _stream;

    public SnmpTarget Target { get; } = target;

    public SocketAddress Address { get; } = target.Address.Serialize();

    /// <summary>With SNMPv3: who takes the answer apart.</summary>
    public V3Session? Session { get; init; }

    /// <summary>With SNMPv3: the engine whose objects an inform is about; empty: the one that is asked.</summary>
    public EngineId Context { get; init; }

    /// <summary>Asks for nothing but the name of the agent's engine (RFC 3414 §4).</summary>
    public bool IsDiscovery { get; init; }

    /// <summary>The first of <see cref="Ids"/>.</summary>
    public int RequestId => _ids[0];

    /// <summary>What the answer may have: with SNMPv3 a msgID for each time it was sent, else the request-id.</summary>
    public IReadOnlyList<int> Ids => _ids;

    public bool IsV3 => Target.Version == SnmpVersion.V3;

    /// <summary>Fails where the connection is lost, and then is another one.</summary>
    public TaskCompletionSource<Reply> Answer { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection that the request was sent over, which alone may bring the answer; null: none.</summary>
    public ClientStream? Stream
    {
        get => Volatile.Read(ref _stream);
        set
        {
            lock (_ids)
                Volatile.Write(ref _stream, value);
        }
    }

    /// <summary>What somebody said, perhaps the agent, who did not prove it: told where nothing better comes.</summary>
    public Report? Hint { get; set; }

    public void Add(int id) => _ids.Add(id);

    /// <summary>Makes it ready to be sent over another connection.</summary>
    public void Renew()
    {
        lock (_ids)
        {
            _stream = null;
            if (Answer.Task.IsCompleted)
                Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Tells who waits that no answer will come over that connection, if the request was sent over it.</summary>
    public void Lose(ClientStream stream, StreamEnd end)
    {
        lock (_ids)
        {
            if (_stream == stream)
                Answer.TrySetException(end.For(Target));
        }
    }

    public void WritePdu(ref BerWriter writer)
    {
        var pdu = writer.Begin((byte)type, lengthOctets: 3);
        writer.Integer(RequestId);
        writer.Integer(nonRepeaters);
        writer.Integer(maxRepetitions);
        var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        foreach (var varBind in varBinds)
        {
            var mark = writer.Begin((byte)BerTag.Sequence);
            writer.Oid(varBind.Name.Span);
            varBind.Value.WriteTo(ref writer);
            writer.End(mark);
        }
        writer.End(list);
        writer.End(pdu);
    }

    /// <summary>Hands the answer over; false where another was faster.</summary>
    public bool TryComplete(ReadOnlySpan<byte> pdu, in PduHeader header)
    {
        var response = new SnmpResponse(pdu, header);
        if (Answer.TrySetResult(new(response, null)))
            return true;
        response.Dispose();
        return false;
    }

    public string TooLong() => $"{Target}: a request of {varBinds.Count} varbinds does not fit into a message";
}

/// <summary>What came back: a response, or an engine's Report that there is none.</summary>
internal readonly record struct Reply(SnmpResponse? Response, Report? Report);

/// <summary>Why an engine did not take a message (RFC 3412 §7.1).</summary>
/// <param name="Name">The counter that went up.</param>
/// <param name="Engine">Who says so.</param>
internal sealed record Report(ObjectIdentifier Name, EngineId Engine)
{
    /// <summary>Not sent by the engine: it names an earlier time than it did before.</summary>
    public bool IsOfThePast { get; init; }

    public bool Is(ReadOnlySpan<uint> counter) => Name.Span.SequenceEqual(counter);
}
