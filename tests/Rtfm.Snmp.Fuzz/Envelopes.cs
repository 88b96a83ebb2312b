using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Fuzz;

/// <summary>Protects and opens messages with the users' keys: what was changed inside comes as far as what was not.</summary>
internal sealed class Envelopes
{
    private readonly Dictionary<string, UsmPrincipal> _principals = Agent.Users.ToDictionary(user => user.Name, user => new UsmPrincipal(user));
    private readonly byte[] _buffer = new byte[70_000];
    private readonly byte[] _clear = new byte[70_000];

    /// <summary>A message of a user about a PDU, whatever the PDU.</summary>
    /// <returns>Null where it would be too long.</returns>
    public byte[]? Seal(UsmUser user, ReadOnlySpan<byte> pdu, int maxSize = 65_507, bool isReportable = true)
    {
        var protection = user.Level switch
        {
            SecurityLevel.AuthPriv => V3Message.AuthFlag | V3Message.PrivFlag,
            SecurityLevel.AuthNoPriv => V3Message.AuthFlag,
            _ => 0,
        };
        var header = new UsmHeader
        {
            MessageId = 1,
            MaxSize = maxSize,
            Flags = (byte)(protection | (isReportable ? V3Message.ReportableFlag : 0)),
            EngineId = Agent.Id.Octets,
            Boots = Agent.Boots,
            Time = 0,
            UserName = Encoding.ASCII.GetBytes(user.Name),
            Principal = _principals[user.Name],
            ContextEngineId = Agent.Id.Octets,
            ContextName = [],
        };
        var writer = new BerWriter(_buffer);
        var marks = UsmEnvelope.Begin(header, ref writer);
        // Octets as they are: written as padding, then overwritten.
        var at = writer.Position;
        writer.Zeros(pdu.Length);
        if (writer.Overflowed)
            return null;
        pdu.CopyTo(writer.Region(at, pdu.Length));
        UsmEnvelope.End(header, ref writer, marks);
        return writer.Overflowed ? null : writer.Written.ToArray();
    }

    /// <summary>Signs a message anew in place, if it still says whose it is.</summary>
    public void Sign(byte[] message)
    {
        if (!TryRead(message, out var v3, out var usm) || Find(usm) is not { } principal || usm.Tag.Length != principal.User.Auth.TagLength())
            return;
        var tag = message.AsSpan(v3.SecurityParametersAt + usm.TagAt, usm.Tag.Length);
        tag.Clear();
        principal.Sign(message, tag);
    }

    /// <summary>The PDU of a message of version 3; false where it cannot be opened, or is not rightly signed.</summary>
    public bool TryOpen(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> pdu)
    {
        pdu = default;
        if (!TryRead(message, out var v3, out var usm))
            return false;
        var data = v3.Data;
        if (v3.Level >= SecurityLevel.AuthNoPriv)
        {
            if (Find(usm) is not { } principal)
                return false;
            message.CopyTo(_buffer);
            _buffer.AsSpan(v3.SecurityParametersAt + usm.TagAt, usm.Tag.Length).Clear();
            if (usm.Tag.Length != principal.User.Auth.TagLength() || !principal.IsSigned(_buffer.AsSpan(0, message.Length), usm.Tag))
                return false;
            if (v3.Level == SecurityLevel.AuthPriv)
            {
                if (principal.User.Priv == PrivProtocol.None || !principal.TryDecrypt(data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, _clear))
                    return false;
                data = _clear.AsSpan(0, data.Length);
            }
        }
        if (!ScopedPdu.TryRead(data, out var scoped))
            return false;
        pdu = scoped.Pdu;
        return true;
    }

    /// <summary>Whether a message may count as one of that user at the agent's engine: named right, signed with his key, not of former times, and no less protected.</summary>
    public bool IsAuthentic(ReadOnlySpan<byte> message, string userName, SecurityLevel least, out ReadOnlySpan<byte> pdu)
    {
        pdu = default;
        return TryRead(message, out var v3, out var usm)
            && v3.Level >= least
            && !v3.HasSenselessFlags
            && usm.EngineId.SequenceEqual(Agent.Id.Octets)
            && usm.UserName.SequenceEqual(Encoding.ASCII.GetBytes(userName))
            && (v3.Level == SecurityLevel.NoAuthNoPriv || usm.Boots >= Agent.Boots)
            && TryOpen(message, out pdu);
    }

    /// <summary>The principal of a user.</summary>
    public UsmPrincipal Of(UsmUser user) => _principals[user.Name];

    /// <summary>Whose message it says it is; null: nobody's who signs.</summary>
    private UsmPrincipal? Find(in UsmParameters usm) =>
        _principals.GetValueOrDefault(Encoding.ASCII.GetString(usm.UserName)) is { User.Auth: not AuthProtocol.None } principal ? principal : null;

    private static bool TryRead(ReadOnlySpan<byte> message, out V3Message v3, out UsmParameters usm)
    {
        var reader = new BerReader(message);
        reader.Enter();
        v3 = default;
        usm = default;
        return reader.Integer() == (int)SnmpVersion.V3
            && reader.Error == BerError.None
            && V3Message.TryRead(message, ref reader, out v3)
            && UsmParameters.TryRead(v3.SecurityParameters, out usm);
    }
}
