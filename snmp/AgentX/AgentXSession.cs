using System.Net.Sockets;
using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.AgentX;

/// <summary>A sub-agent's session with its master agent (RFC 2741 §7): opens it, again whenever it is lost, and answers what the master asks. One thread.</summary>
public sealed class AgentXSession : IDisposable
{
    /// <summary>How long the master may take to answer when the session is opened.</summary>
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ComplaintInterval = TimeSpan.FromMinutes(1);

    /// <summary>o.timeout: how long the master waits for an answer, in seconds. A meter's table may take longer than Net-SNMP's second.</summary>
    private const byte TimeoutSeconds = 10;

    /// <summary>r.priority for who has no reason for another (§6.2.3).</summary>
    private const byte DefaultPriority = 127;

    private const byte ReasonShutdown = 5;

    private readonly AgentXOptions _options;
    private readonly AgentXResponder _responder;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly byte[] _pdu = new byte[AgentXResponder.LongestResponse];
    private readonly Thread _thread;
    private volatile AgentXConnection? _connection;
    private volatile bool _isOpen;
    private uint _sessionId;
    private uint _lastPacketId;

    public AgentXSession(AgentXOptions options)
    {
        _options = options;
        _responder = new AgentXResponder(options.Mib, options.Gate, options.OnProviderFault);
        _thread = new Thread(Run) { IsBackground = true, Name = $"agentx {options.Master}" };
        _thread.Start();
    }

    /// <summary>Whether everything is registered with the master.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Lets the master send a notification to whom it is set up to (RFC 2741 §6.2.10); sysUpTime.0 is the master's.</summary>
    /// <returns>False where there is no session; the notification is lost then, as any that nobody takes.</returns>
    public bool TryNotify(ObjectIdentifier notification, IReadOnlyList<VarBind> objects)
    {
        var pdu = new byte[AgentXResponder.LongestResponse];
        var writer = Begin(pdu, AgentXType.Notify, out _);
        writer.VarBind(new(SnmpTrapOid, SnmpValue.Oid(notification)));
        foreach (var each in objects)
            writer.VarBind(each);
        if (!_isOpen || writer.Overflowed || _connection is not { } connection)
            return false;
        try
        {
            connection.Send(pdu.AsSpan(0, writer.End()));
            return true;
        }
        catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Takes leave of the master and ends.</summary>
    public void Dispose()
    {
        _stopping.Set();
        if (_connection is { } connection)
        {
            try
            {
                var pdu = new byte[AgentXHeader.Length + 4];
                var writer = Begin(pdu, AgentXType.Close, out _);
                writer.Octets(ReasonShutdown);
                connection.Send(pdu.AsSpan(0, writer.End()));
            }
            catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
            {
                // Then it knows.
            }
            // Closing the socket ends the wait for the next request.
            connection.Dispose();
        }
        _thread.Join();
        _stopping.Dispose();
    }

    private static readonly ObjectIdentifier SnmpTrapOid = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);

    private void Run()
    {
        var delay = _options.FirstRetry;
        var lastComplaint = DateTime.MinValue;
        while (!_stopping.IsSet)
        {
            string reason;
            try
            {
                using var connection = new AgentXConnection(_options.Master.Connect());
                _connection = connection;
                if (_stopping.IsSet)
                    return;
                Open(connection);
                (delay, lastComplaint) = (_options.FirstRetry, DateTime.MinValue);
                _isOpen = true;
                _options.OnOpened?.Invoke();
                Serve(connection);
                reason = "it closed the session";
            }
            catch (Exception fault) when (fault is SocketException or AgentXException or ObjectDisposedException)
            {
                reason = fault.Message;
            }
            _isOpen = false;
            _connection = null;
            _responder.EndSession();
            if (_stopping.IsSet)
                return;
            if (DateTime.UtcNow - lastComplaint >= ComplaintInterval)
            {
                lastComplaint = DateTime.UtcNow;
                _options.OnLost?.Invoke(reason);
            }
            _stopping.Wait(delay);
            delay = delay * 2 < _options.LongestRetry ? delay * 2 : _options.LongestRetry;
        }
    }

    // §7.1.1, §7.1.4, §7.1.6
    private void Open(AgentXConnection connection)
    {
        _sessionId = 0;
        var writer = Begin(_pdu, AgentXType.Open, out var packet);
        writer.Octets(TimeoutSeconds);
        writer.Oid(_options.Id.Span);
        writer.OctetString(Encoding.UTF8.GetBytes(_options.Description));
        Ask(connection, writer.End(), packet, "open a session");
        foreach (var module in _options.Modules)
        {
            writer = Begin(_pdu, AgentXType.Register, out packet);
            writer.Octets(0, DefaultPriority);
            writer.Oid(module.Id.Span);
            Ask(connection, writer.End(), packet, $"register {module.Id}");
            writer = Begin(_pdu, AgentXType.AddAgentCaps, out packet);
            writer.Oid(module.Id.Span);
            writer.OctetString(Encoding.UTF8.GetBytes(module.Description));
            Ask(connection, writer.End(), packet, $"list {module.Id} in sysORTable");
        }
    }

    /// <summary>Sends what <see cref="_pdu"/> holds and waits for the response; requests that come first are answered first.</summary>
    private void Ask(AgentXConnection connection, int length, uint packet, string what)
    {
        connection.Send(_pdu.AsSpan(0, length));
        while (connection.TryReceive(OpeningTime, out var header, out var payload))
        {
            if (header.Type != AgentXType.Response)
            {
                Answer(connection, header, payload);
                continue;
            }
            if (header.PacketId != packet)
                continue;
            var error = ErrorOf(header, payload);
            if (error != AgentXError.NoError)
                throw new AgentXException($"it refused to {what}: {Words(error)}");
            _sessionId = header.SessionId;
            return;
        }
        throw new AgentXException($"it did not answer when asked to {what}");
    }

    private void Serve(AgentXConnection connection)
    {
        var isPinged = false;
        while (true)
        {
            if (!connection.TryReceive(_options.Ping, out var header, out var payload))
            {
                if (isPinged)
                    throw new AgentXException("it does not answer");
                isPinged = true;
                var ping = Begin(_pdu, AgentXType.Ping, out _);
                connection.Send(_pdu.AsSpan(0, ping.End()));
                continue;
            }
            isPinged = false;
            if (header.Type != AgentXType.Response)
                Answer(connection, header, payload);
            else if (ErrorOf(header, payload) == AgentXError.NotOpen)
                throw new AgentXException("it does not know the session");
            if (header.Type == AgentXType.Close)
                return;
        }
    }

    private void Answer(AgentXConnection connection, in AgentXHeader header, ReadOnlySpan<byte> payload)
    {
        var length = _responder.Answer(header, payload, _sessionId, _pdu);
        if (length > 0)
            connection.Send(_pdu.AsSpan(0, length));
    }

    private AgentXWriter Begin(Span<byte> pdu, AgentXType type, out uint packet)
    {
        packet = Interlocked.Increment(ref _lastPacketId);
        return new(pdu, new(type, AgentXHeader.NetworkByteOrder, _sessionId, TransactionId: 0, packet, PayloadLength: 0));
    }

    private static AgentXError ErrorOf(in AgentXHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new AgentXReader(payload, header.IsNetworkByteOrder);
        reader.Number();
        var error = (AgentXError)reader.Short();
        return reader.Failed ? AgentXError.ParseError : error;
    }

    private static string Words(AgentXError error) =>
        error == AgentXError.DuplicateRegistration
            ? "another sub-agent has it (duplicateRegistration)"
            : char.ToLowerInvariant(error.ToString()[0]) + error.ToString()[1..];
}
