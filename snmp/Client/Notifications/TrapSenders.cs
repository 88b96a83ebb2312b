using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>Takes traps of SNMPv3 apart: their senders' engines have authority over them, so keys and times are each engine's own (RFC 3414 §3.2).</summary>
internal sealed class TrapSenders(IReadOnlyList<UserCredentials> users, SnmpCounters counters, TimeProvider clock)
{
    /// <summary>Engines of users that are remembered; only who knows a user's key can add one.</summary>
    private const int MostKnown = 100_000;

    private readonly Dictionary<(EngineId, UserCredentials), Sender> _known = [];

    private sealed record Sender(UsmPrincipal Principal, EngineClock Clock);

    /// <param name="message">Is changed.</param>
    /// <param name="scratch">Where it is decrypted.</param>
    /// <param name="user">Whose message it is.</param>
    public bool TryAccept(
        Span<byte> message,
        in V3Message v3,
        Span<byte> scratch,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out UserCredentials? user,
        out EngineId engine,
        out ScopedPdu scoped
    )
    {
        user = null;
        engine = default;
        scoped = default;
        if (
            v3.SecurityModel != (int)SecurityModel.Usm
            || v3.HasSenselessFlags
            || !UsmParameters.TryRead(v3.SecurityParameters, out var usm)
            || usm.EngineId.Length is < EngineId.Shortest or > EngineId.Longest
        )
        {
            counters.InAsnParseErrors++;
            return false;
        }
        engine = new EngineId(usm.EngineId);
        user = FindUser(message, v3, usm, engine, out var sender);
        if (user is null)
            return false;
        var octets = v3.Data;
        if (sender is not null)
        {
            if (!sender.Clock.TryAdvance(usm.Boots, usm.Time))
            {
                counters.NotInTimeWindows++;
                return false;
            }
            if (v3.Level == SecurityLevel.AuthPriv)
            {
                scratch = scratch[..v3.Data.Length];
                if (!sender.Principal.TryDecrypt(v3.Data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, scratch))
                {
                    counters.DecryptionErrors++;
                    return false;
                }
                octets = scratch;
            }
        }
        if (ScopedPdu.TryRead(octets, out scoped))
            return true;
        if (v3.Level == SecurityLevel.AuthPriv)
            counters.DecryptionErrors++;
        else
            counters.InAsnParseErrors++;
        return false;
    }

    /// <summary>The user of that name whose key fits: one name may have other keys at each engine.</summary>
    /// <param name="sender">Null where the message is not signed.</param>
    private UserCredentials? FindUser(Span<byte> message, in V3Message v3, in UsmParameters usm, EngineId engine, out Sender? sender)
    {
        sender = null;
        var (isKnown, isProtected) = (false, false);
        Span<byte> tag = stackalloc byte[AuthProtocols.LongestDigest];
        tag = tag[..Math.Min(usm.Tag.Length, tag.Length)];
        usm.Tag[..tag.Length].CopyTo(tag);
        // The place of the digest holds zeros while it is computed.
        if (v3.Level >= SecurityLevel.AuthNoPriv)
            message.Slice(v3.SecurityParametersAt + usm.TagAt, tag.Length).Clear();
        foreach (var user in users)
        {
            if (!usm.UserName.SequenceEqual(user.NameOctets) || !user.EngineId.IsEmpty && user.EngineId != engine)
                continue;
            isKnown = true;
            // Less than his level could be anyone's; more he has no keys for.
            if (v3.Level < user.Level || v3.Level > user.BestLevel)
                continue;
            isProtected = true;
            if (v3.Level == SecurityLevel.NoAuthNoPriv)
                return user;
            if (tag.Length == user.Auth.TagLength() && (sender = FindSender(message, tag, user, engine)) is not null)
                return user;
        }
        if (!isKnown)
            counters.UnknownUserNames++;
        else if (!isProtected)
            counters.UnsupportedSecurityLevels++;
        else
            counters.WrongDigests++;
        return null;
    }

    private Sender? FindSender(ReadOnlySpan<byte> message, ReadOnlySpan<byte> tag, UserCredentials user, EngineId engine)
    {
        if (_known.TryGetValue((engine, user), out var sender))
            return sender.Principal.IsSigned(message, tag) ? sender : null;
        // The key for privacy may take long to make: only for who has signed.
        if (_known.Count >= MostKnown || !new UsmPrincipal(user.AtForAuthentication(engine)).IsSigned(message, tag))
            return null;
        sender = new Sender(new UsmPrincipal(user.At(engine)), new EngineClock(clock));
        _known.Add((engine, user), sender);
        return sender;
    }
}
