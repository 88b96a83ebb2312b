using System.Net;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Fuzz;

/// <summary>A receiver of traps and informs that believes the users and both communities.</summary>
internal sealed class Receiving
{
    private static readonly NotificationReceiverOptions Options = new()
    {
        Listen = [],
        Credentials = [new CommunityCredentials(Agent.ReadCommunity), new CommunityCredentials(Agent.WriteCommunity), .. Asking.Users],
        Identity = new EngineIdentity(Agent.Id, Agent.Boots, new StandingClock()),
    };

    private static readonly IPEndPoint Source = new(new IPAddress([192, 0, 2, 1]), 162);

    private readonly Envelopes _envelopes;
    private readonly byte[] _message = new byte[70_000];
    private readonly byte[] _scratch = new byte[70_000];
    private readonly byte[] _answer = new byte[65_536];
    private NotificationEngine _engine;
    private Notification? _taken;

    public Receiving(Envelopes envelopes)
    {
        _envelopes = envelopes;
        _engine = Make();
    }

    /// <summary>Forgets the senders and their times.</summary>
    public void Reset() => _engine = Make();

    /// <param name="told">What became of it.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? Try(ReadOnlySpan<byte> input, in Requester from, out int told)
    {
        _taken = null;
        input.CopyTo(_message);
        var before = _engine.Counters;
        var length = _engine.Process(_message.AsSpan(0, input.Length), _scratch.AsSpan(0, input.Length), _answer, Source, from);
        var after = _engine.Counters;
        told = HashCode.Combine(
            after.Accepted - before.Accepted,
            after.Reported - before.Reported,
            after.Malformed - before.Malformed,
            32 - int.LeadingZeroCount(length),
            _taken?.Version,
            _taken?.Level,
            _taken?.IsInform,
            Math.Min(_taken?.VarBinds.Count ?? 0, 4)
        );
        if (after.Messages != before.Messages + 1 || after.Refused < before.Refused)
            return $"a message is not counted once: {after}";
        return CheckTaken(input) ?? CheckAnswer(input, _answer.AsSpan(0, length));
    }

    private NotificationEngine Make() =>
        new(
            Options,
            notification =>
            {
                _taken = notification;
                return true;
            }
        );

    private string? CheckTaken(ReadOnlySpan<byte> input)
    {
        if (_taken is not { Version: SnmpVersion.V3 } taken)
            return null;
        var user = Asking.Users.First(each => each.UserName == taken.SecurityName);
        // Traps are of their sender's engine, whichever that is: only informs are of ours.
        if (taken.Level < user.Level)
            return $"a notification of {user} is taken at {taken.Level}";
        if (taken.IsInform || taken.Engine == Agent.Id)
            return _envelopes.TryOpen(input, out _) ? null : $"a notification of {user} is taken that is not authentic";
        return null;
    }

    private string? CheckAnswer(ReadOnlySpan<byte> input, ReadOnlySpan<byte> answer)
    {
        if (answer.IsEmpty)
            return null;
        var asked = new BerReader(input);
        var answered = new BerReader(answer);
        asked.Enter();
        answered.Enter();
        var version = asked.Integer();
        if (answered.Integer() != version)
            return "an answer in another version";
        if (version != (int)SnmpVersion.V3)
            return _taken is { IsInform: true } ? null : "an answer to what is no inform";
        if (!V3Message.TryRead(input, ref asked, out var request) || !V3Message.TryRead(answer, ref answered, out var reply))
            return "an answer that cannot be read, or to what cannot";
        if (!request.IsReportable)
            return "an answer to who wants none";
        if (reply.MessageId != request.MessageId || answer.Length > request.MaxSize)
            return "an answer with another msgID, or too long";
        return
            _taken is { IsInform: true }
            == (_envelopes.TryOpen(answer, out var pdu) && PduHeader.TryRead(pdu, out var header) && header.Type == PduType.Response)
            ? null
            : "an answer other than a Response to an inform, or a Report to what was not taken";
    }
}
