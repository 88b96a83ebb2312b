using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>What a message says of its sender and time (RFC 3414 §2.4 UsmSecurityParameters).</summary>
internal ref struct UsmParameters
{
    public ReadOnlySpan<byte> EngineId;
    public int Boots;
    public int Time;
    public ReadOnlySpan<byte> UserName;

    /// <summary>The first octets of the HMAC.</summary>
    public ReadOnlySpan<byte> Tag;

    /// <summary>Where they begin among the parameters.</summary>
    public int TagAt;
    public ReadOnlySpan<byte> Salt;

    public static bool TryRead(ReadOnlySpan<byte> octets, out UsmParameters read)
    {
        read = default;
        var reader = new BerReader(octets);
        reader.Enter();
        read.EngineId = reader.OctetString();
        read.Boots = reader.Integer();
        read.Time = reader.Integer();
        read.UserName = reader.OctetString();
        read.Tag = reader.OctetString();
        read.TagAt = reader.Position - read.Tag.Length;
        read.Salt = reader.OctetString();
        return reader.Error == BerError.None && reader.Position == octets.Length && read is { Boots: >= 0, Time: >= 0, UserName.Length: <= 32 };
    }
}
