using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Messages;

/// <summary>What an SNMPv3 message says before its scoped PDU (RFC 3412 §6).</summary>
internal ref struct V3Message
{
    public const byte AuthFlag = 1;
    public const byte PrivFlag = 2;
    public const byte ReportableFlag = 4;

    /// <summary>The flags that say the level.</summary>
    public static byte FlagsOf(SecurityLevel level) =>
        level switch
        {
            SecurityLevel.AuthPriv => AuthFlag | PrivFlag,
            SecurityLevel.AuthNoPriv => AuthFlag,
            _ => 0,
        };

    public int MessageId;

    /// <summary>The longest answer that the sender takes, in octets.</summary>
    public int MaxSize;
    public byte Flags;
    public int SecurityModel;

    /// <summary>As the security model has them.</summary>
    public ReadOnlySpan<byte> SecurityParameters;

    /// <summary>Where they begin in the message.</summary>
    public int SecurityParametersAt;

    /// <summary>The scoped PDU, with its tag; encrypted, where the flag says so.</summary>
    public ReadOnlySpan<byte> Data;

    public readonly bool IsReportable => (Flags & ReportableFlag) != 0;

    /// <summary>The level that the flags say; meaningless where <see cref="HasSenselessFlags"/>.</summary>
    public readonly SecurityLevel Level =>
        (Flags & PrivFlag) != 0 ? SecurityLevel.AuthPriv
        : (Flags & AuthFlag) != 0 ? SecurityLevel.AuthNoPriv
        : SecurityLevel.NoAuthNoPriv;

    /// <summary>Encrypted but not authenticated: RFC 3412 §7.2 (5 d).</summary>
    public readonly bool HasSenselessFlags => (Flags & (AuthFlag | PrivFlag)) == PrivFlag;

    /// <param name="message">The whole message.</param>
    /// <param name="reader">Behind its version.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, scoped ref BerReader reader, out V3Message read)
    {
        read = default;
        var outer = reader.Enter();
        read.MessageId = reader.Integer();
        read.MaxSize = reader.Integer();
        var flags = reader.OctetString();
        read.SecurityModel = reader.Integer();
        reader.Leave(outer);
        read.SecurityParameters = reader.OctetString();
        read.SecurityParametersAt = reader.Position - read.SecurityParameters.Length;
        if (reader.Error != BerError.None || flags.Length != 1 || read.MessageId < 0 || read.MaxSize < 484)
            return false;
        read.Flags = flags[0];
        // What the transport protects is not encrypted once more (RFC 5591 §5.2).
        if ((read.Flags & PrivFlag) != 0 && read.SecurityModel != (int)Messages.SecurityModel.Transport)
        {
            read.Data = reader.OctetString();
        }
        else
        {
            var start = reader.Position;
            reader.Any(out var tag);
            if (tag != (byte)BerTag.Sequence)
                return false;
            if (reader.Error == BerError.None)
                read.Data = message[start..reader.Position];
        }
        return reader.Error == BerError.None && reader.Position == message.Length;
    }
}

/// <summary>Whose context a PDU is about (RFC 3412 §6.8), and the PDU.</summary>
internal ref struct ScopedPdu
{
    public ReadOnlySpan<byte> ContextEngineId;
    public ReadOnlySpan<byte> ContextName;
    public ReadOnlySpan<byte> Pdu;

    /// <param name="octets">May have padding behind it, which a block cipher leaves.</param>
    public static bool TryRead(ReadOnlySpan<byte> octets, out ScopedPdu scoped)
    {
        scoped = default;
        var reader = new BerReader(octets);
        reader.Enter();
        scoped.ContextEngineId = reader.OctetString();
        scoped.ContextName = reader.OctetString();
        var start = reader.Position;
        reader.Any(out _);
        if (reader.Error != BerError.None || !reader.IsAtEnd)
            return false;
        scoped.Pdu = octets[start..reader.Position];
        return scoped.ContextName.Length <= 32;
    }
}
