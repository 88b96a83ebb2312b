using System.Net;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Fuzz;

/// <summary>An originator whose informs wait while inputs come in: one of each user, one that looks for the engine, and one of a community.</summary>
internal sealed class Informing
{
    private static readonly IPEndPoint EndPoint = new(new IPAddress([192, 0, 2, 1]), 162);

    private readonly Envelopes _envelopes;
    private readonly Waiting[] _all;

    public Informing(Envelopes envelopes)
    {
        _envelopes = envelopes;
        _all = [.. Agent.Users.Select(user => new Waiting(user)), new(Agent.Users[^1], isDiscovery: true), new(null)];
    }

    /// <summary>Forgets what was learned of the target's engine.</summary>
    public void Reset()
    {
        foreach (var each in _all)
            each.Begin();
    }

    /// <param name="told">What became of it.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? Try(ReadOnlySpan<byte> input, bool isFromTarget, out int told)
    {
        told = 0;
        foreach (var each in _all)
        {
            each.Replies.Receive(input, isFromTarget ? EndPoint : new IPEndPoint(IPAddress.Loopback, 162), (_, engine) => UserAt(each, engine));
            var reply = each.Take(out var refusal);
            told = HashCode.Combine(told, reply, refusal);
            if (reply is { } taken && (isFromTarget ? Check(each, taken, input) : "a reply from elsewhere is taken") is { } fault)
                return $"inform of {each.User?.Name ?? "a community"}: {fault}";
        }
        return null;
    }

    private UsmPrincipal? UserAt(Waiting waiting, EngineId engine) =>
        waiting.User is not null && engine == Agent.Id ? _envelopes.Of(waiting.User) : null;

    private string? Check(Waiting waiting, InformReply reply, ReadOnlySpan<byte> input)
    {
        if (waiting.IsDiscovery != (reply == InformReply.Discovered))
            return $"{reply} is taken {(waiting.IsDiscovery ? "for a discovery" : "without one")}";
        if (waiting.IsDiscovery || waiting.User is not { } user)
            return null;
        var least = reply == InformReply.Synchronized ? SecurityLevel.AuthNoPriv : user.Level;
        // An unsigned acknowledgement of what was not signed either proves nothing, whoever it names.
        return least == SecurityLevel.NoAuthNoPriv || _envelopes.IsAuthentic(input, user.Name, least, out _)
            ? null
            : $"{reply} is taken that is not authentic";
    }

    /// <summary>An inform and what belongs to it.</summary>
    private sealed class Waiting
    {
        private readonly bool _isDiscovery;
        private PendingInform _inform = null!;

        public Waiting(UsmUser? user, bool isDiscovery = false)
        {
            (User, _isDiscovery) = (user, isDiscovery);
            Begin();
        }

        public UsmUser? User { get; }

        public bool IsDiscovery => _isDiscovery;

        public InformReplies Replies { get; private set; } = null!;

        public void Begin()
        {
            var engines = new RemoteEngines(new StandingClock());
            engines.ClockOf(Agent.Id).TryAdvance(Agent.Boots, 0);
            var parameters = new TargetParams
            {
                Name = "",
                MessageModel = User is null ? NotificationTarget.V2c : NotificationTarget.V3,
                Level = User?.Level ?? SecurityLevel.NoAuthNoPriv,
            };
            var target = new NotificationTarget(new() { Name = "" }, parameters, IsInform: true, EndPoint);
            var community = User is null ? System.Text.Encoding.ASCII.GetBytes(Agent.WriteCommunity) : null;
            _inform = new(target, new(Notification.ColdStart), community, Asking.Id)
            {
                UserName = System.Text.Encoding.ASCII.GetBytes(User?.Name ?? ""),
            };
            if (!_isDiscovery && User is not null)
                _inform.EngineId = Agent.Id;
            Replies = new(engines);
            Replies.TryAdd(_inform);
            if (User is null)
                return;
            _inform.MessageIds.Add(Asking.Id);
            Replies.AddMessage(_inform);
        }

        /// <summary>The reply, if it is there; then the next is waited for.</summary>
        public InformReply? Take(out string? refusal)
        {
            (refusal, _inform.Refusal) = (_inform.Refusal, null);
            if (!_inform.Reply.Task.IsCompleted)
                return null;
            var reply = _inform.Reply.Task.Result;
            _inform.Reply = PendingInform.NewReply();
            return reply;
        }
    }
}
