using System.Net;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Fuzz;

/// <summary>A client that waits for answers while inputs come in: one request of each user, one to find the engine, and one of each community.</summary>
internal sealed class Asking
{
    /// <summary>What the messages of the corpus have as msgID and request-id.</summary>
    public const int Id = 1;

    private const string Secret = Agent.Password;

    private static readonly SnmpCredentials[] Asked =
    [
        .. Agent.Users.Select(user => new UserCredentials(user.Name, user.Auth, SecretFor(user.AuthKey), user.Priv, SecretFor(user.PrivKey))),
        new CommunityCredentials(Agent.ReadCommunity, SnmpVersion.V1),
        new CommunityCredentials(Agent.WriteCommunity),
    ];

    private static readonly IPEndPoint Target = new(new IPAddress([192, 0, 2, 1]), 161);
    private static readonly SocketAddress FromTarget = Target.Serialize();
    private static readonly SocketAddress FromElsewhere = new IPEndPoint(new IPAddress([192, 0, 2, 2]), 161).Serialize();

    private readonly Envelopes _envelopes;
    private readonly Flight[] _flights;
    private readonly byte[] _message = new byte[70_000];
    private readonly byte[] _scratch = new byte[70_000];

    public Asking(Envelopes envelopes)
    {
        _envelopes = envelopes;
        _flights = [.. Asked.Select(credentials => new Flight(credentials)), new(Asked[0], isDiscovery: true), new(Asked[^3], isDiscovery: true)];
        Reset();
    }

    /// <summary>The users' credentials.</summary>
    public static IEnumerable<UserCredentials> Users => Asked.OfType<UserCredentials>();

    /// <summary>Everything is forgotten that was learned of the engine, but that it is there and what time it is.</summary>
    public void Reset()
    {
        foreach (var flight in _flights)
        {
            flight.Begin();
            if (flight.IsDiscovery || flight.Target.Credentials is not UserCredentials user)
                continue;
            var answer = _envelopes.Seal(Agent.Users.First(each => each.Name == user.UserName), SeedMessages.EmptyResponse)!;
            flight.Requests.Deliver(answer, _scratch, FromTarget, null);
            if (flight.Take() is not { Response: not null })
                throw new InvalidOperationException($"{user}: a right answer is not taken");
        }
    }

    /// <param name="told">What became of it.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? Try(ReadOnlySpan<byte> input, bool isFromTarget, out int told)
    {
        told = 0;
        foreach (var flight in _flights)
        {
            input.CopyTo(_message);
            var (ignored, wrongDigests) = (flight.Requests.Ignored, flight.Requests.WrongDigests);
            flight.Requests.Deliver(
                _message.AsSpan(0, input.Length),
                _scratch.AsSpan(0, input.Length),
                isFromTarget ? FromTarget : FromElsewhere,
                null
            );
            var reply = flight.Take();
            told = HashCode.Combine(told, flight.Requests.Ignored != ignored, flight.Requests.WrongDigests != wrongDigests, Kind(reply));
            if (reply is { } taken && (isFromTarget ? Check(flight, taken, input) : "an answer from elsewhere is taken") is { } fault)
                return $"{flight.Target.Credentials}{(flight.IsDiscovery ? " (discovery)" : "")}: {fault}";
        }
        return null;
    }

    private string? Check(Flight flight, Reply reply, ReadOnlySpan<byte> input)
    {
        using var response = reply.Response;
        _ = response?.VarBinds();
        if (flight.IsDiscovery)
            return response is not null ? "a discovery is answered" : null;
        if (flight.Target.Credentials is not UserCredentials user)
            return response is null ? "a community gets a Report" : null;
        if (reply.Report is { } report)
        {
            _ = flight.Session!.Explain(flight.Target, report).Message;
            flight.Session.CanRenew(report);
            if (user.Level == SecurityLevel.NoAuthNoPriv)
                return null;
        }
        var least = response is null ? SecurityLevel.AuthNoPriv : user.Level;
        if (!_envelopes.IsAuthentic(input, user.UserName, least, out var pdu))
            return $"{(response is null ? "a Report" : "an answer")} is taken that is not authentic";
        return
            PduHeader.TryRead(pdu, out var header)
            && (response is null ? header.Type == PduType.Report : header is { Type: PduType.Response, RequestId: Id })
            ? null
            : "what is taken is no answer to the request";
    }

    private static int Kind(Reply? reply) =>
        reply switch
        {
            null => 0,
            { Response: { } response } => HashCode.Combine(1, Math.Clamp((int)response.Status, -1, 19)),
            { Report: { } report } => HashCode.Combine(2, report.Name.Length),
            _ => 3,
        };

    private static UserSecret? SecretFor(byte[] key) => key.Length == 0 ? null : UserSecret.Password(Secret);

    /// <summary>A request and what belongs to it.</summary>
    private sealed class Flight(SnmpCredentials credentials, bool isDiscovery = false)
    {
        private PendingRequest? _request;

        public SnmpTarget Target { get; } = new(Asking.Target, credentials);

        public bool IsDiscovery => isDiscovery;

        public RequestTable Requests { get; } = new(new() { Clock = new StandingClock() });

        public V3Session? Session { get; private set; }

        public void Begin()
        {
            Session = credentials is UserCredentials user ? new(user, new StandingClock()) : null;
            if (!isDiscovery)
                Session?.Begin(Agent.Id);
            Ask();
        }

        /// <summary>The answer, if it is there; then the same is asked anew.</summary>
        public Reply? Take()
        {
            if (!_request!.Answer.Task.IsCompleted)
                return null;
            var reply = _request.Answer.Task.Result;
            Ask();
            return reply;
        }

        private void Ask()
        {
            if (_request is not null)
                Requests.Remove(_request);
            _request = new(Target, PduType.GetRequest, []) { Session = Session, IsDiscovery = isDiscovery };
            Requests.Await(_request, Id);
        }
    }
}
