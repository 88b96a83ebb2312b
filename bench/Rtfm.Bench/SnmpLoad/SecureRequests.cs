using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Messages of SNMPv3 with authentication (HMAC-SHA-256) and privacy (AES-128), made here from RFC 3414, 3826 and 7860: not by the code that is measured.</summary>
/// <remarks>An engine takes the same message again for 150 seconds (RFC 3414 §2.2.3).</remarks>
internal sealed class SecureRequests
{
    private const int TagLength = 24;
    private const byte AuthPrivReportable = 7;

    private readonly byte[] _engineId;
    private readonly int _boots;
    private readonly int _time;
    private readonly byte[] _authKey;
    private readonly byte[] _privKey;

    /// <summary>Asks the engine who it is and what time it has (RFC 3414 §4).</summary>
    public SecureRequests(IPEndPoint agent)
    {
        var exchange = new Exchange(agent);
        var patience = TimeSpan.FromSeconds(10);
        (_engineId, _, _) = Parameters(exchange.Ask(Write(4, [], 0, 0, "", [], [], Scoped([], [], 0)), patience));
        var key = KeyLocalization.PasswordToKey(AuthProtocol.HmacSha256, Encoding.ASCII.GetBytes(Server.Password));
        _authKey = KeyLocalization.Localize(AuthProtocol.HmacSha256, key, _engineId);
        _privKey = KeyLocalization.LocalizePrivacy(AuthProtocol.HmacSha256, PrivProtocol.Aes128, key, _engineId);
        // Signed with the wrong time: the Report about that is signed, and has the right one.
        (_, _boots, _time) = Parameters(exchange.Ask(Get(Requests.FirstId, Requests.SysUpTime), patience));
    }

    /// <param name="id">msgID and request-id.</param>
    public byte[] Get(int id, ReadOnlySpan<uint> name)
    {
        Span<byte> salt = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(salt, _boots);
        BinaryPrimitives.WriteInt32BigEndian(salt[4..], id);
        Span<byte> initial = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(initial, _boots);
        BinaryPrimitives.WriteInt32BigEndian(initial[4..], _time);
        salt.CopyTo(initial[8..]);
        var scoped = Scoped(_engineId, name, id);
        using var aes = Aes.Create();
        aes.Key = _privKey;
        var padded = new byte[(scoped.Length + 15) / 16 * 16];
        scoped.CopyTo(padded, 0);
        var encrypted = aes.EncryptCfb(padded, initial, PaddingMode.None, 128)[..scoped.Length];
        var message = Write(AuthPrivReportable, _engineId, _boots, _time, Server.User, new byte[TagLength], salt, encrypted, id);
        var tag = HMACSHA256.HashData(_authKey, message)[..TagLength];
        // Of 24 zeros in a row there is one place.
        tag.CopyTo(message.AsSpan(message.AsSpan().IndexOf(new byte[TagLength])));
        return message;
    }

    private static byte[] Write(
        byte flags,
        ReadOnlySpan<byte> engineId,
        int boots,
        int time,
        string user,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> salt,
        byte[] data,
        int id = Requests.FirstId
    )
    {
        var writer = new BerWriter(new byte[1_024]);
        var message = writer.Begin((byte)BerTag.Sequence);
        writer.Integer((int)SnmpVersion.V3);
        var global = writer.Begin((byte)BerTag.Sequence);
        writer.Integer(id);
        writer.Integer(65_507);
        writer.OctetString([flags]);
        writer.Integer(3);
        writer.End(global);
        var octets = writer.Begin((byte)BerTag.OctetString);
        var parameters = writer.Begin((byte)BerTag.Sequence);
        writer.OctetString(engineId);
        writer.Integer(boots);
        writer.Integer(time);
        writer.OctetString(Encoding.ASCII.GetBytes(user));
        writer.OctetString(tag);
        writer.OctetString(salt);
        writer.End(parameters);
        writer.End(octets);
        if (tag.IsEmpty)
        {
            // In the clear: a sequence as it stands.
            var inside = new BerReader(data);
            writer.OctetString(inside.Any(out var type), type);
        }
        else
        {
            writer.OctetString(data);
        }
        writer.End(message);
        return writer.Written.ToArray();
    }

    private static byte[] Scoped(byte[] engineId, ReadOnlySpan<uint> name, int id)
    {
        var writer = new BerWriter(new byte[256]);
        var scoped = writer.Begin((byte)BerTag.Sequence);
        writer.OctetString(engineId);
        writer.OctetString([]);
        Requests.WritePdu(ref writer, PduType.GetRequest, id, name, 0);
        writer.End(scoped);
        return writer.Written.ToArray();
    }

    private static (byte[] EngineId, int Boots, int Time) Parameters(byte[] answer)
    {
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.Any(out _);
        var inside = new BerReader(reader.OctetString());
        inside.Enter();
        var read = (inside.OctetString().ToArray(), inside.Integer(), inside.Integer());
        return inside.Error == BerError.None ? read : throw new IOException("an answer that is no message of SNMPv3");
    }
}
