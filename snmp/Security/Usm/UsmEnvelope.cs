using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>What goes around a PDU that is sent under the user-based security model.</summary>
internal ref struct UsmHeader
{
    public int MessageId;

    /// <summary>The longest message that we take, in octets.</summary>
    public int MaxSize;

    /// <summary>Of <see cref="V3Message"/>.</summary>
    public byte Flags;

    /// <summary>Of the engine that has authority over the message.</summary>
    public ReadOnlySpan<byte> EngineId;
    public uint Boots;
    public uint Time;
    public ReadOnlySpan<byte> UserName;

    /// <summary>Whose keys are used; null where the flags want none.</summary>
    public UsmPrincipal? Principal;
    public ReadOnlySpan<byte> ContextEngineId;
    public ReadOnlySpan<byte> ContextName;
}

/// <summary>Writes messages under the user-based security model: a head before the PDU, encryption and signature when it is written.</summary>
internal static class UsmEnvelope
{
    /// <summary>Writes all that comes before the PDU. The message begins where the buffer does.</summary>
    public static MessageMarks Begin(scoped in UsmHeader header, scoped ref BerWriter writer)
    {
        var isSigned = (header.Flags & V3Message.AuthFlag) != 0;
        var isEncrypted = (header.Flags & V3Message.PrivFlag) != 0;
        var message = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)SnmpVersion.V3);
        var global = writer.Begin((byte)BerTag.Sequence);
        writer.Integer(header.MessageId);
        writer.Integer(header.MaxSize);
        writer.OctetString([header.Flags]);
        writer.Integer((int)SecurityModel.Usm);
        writer.End(global);

        var octets = writer.Begin((byte)BerTag.OctetString, lengthOctets: LengthOctets(header, isSigned));
        var parameters = writer.Begin((byte)BerTag.Sequence, lengthOctets: LengthOctets(header, isSigned));
        writer.OctetString(header.EngineId);
        writer.Unsigned(header.Boots, BerTag.Integer);
        writer.Unsigned(header.Time, BerTag.Integer);
        writer.OctetString(header.UserName);
        Span<byte> zeros = stackalloc byte[AuthProtocols.LongestDigest];
        zeros.Clear();
        var tagLength = isSigned ? header.Principal!.User.Auth.TagLength() : 0;
        writer.OctetString(zeros[..tagLength]);
        var afterTag = writer.Position;
        writer.OctetString(zeros[..(isEncrypted ? PrivProtocols.SaltLength : 0)]);
        var salt = writer.Position - PrivProtocols.SaltLength;
        var before = writer.Position;
        writer.End(parameters);
        writer.End(octets);
        var moved = writer.Position - before;

        var data = isEncrypted ? writer.Begin((byte)BerTag.OctetString, lengthOctets: 3) : default;
        var scoped = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.OctetString(header.ContextEngineId);
        writer.OctetString(header.ContextName);
        return new(message, data, scoped, afterTag - tagLength + moved, salt + moved);
    }

    /// <summary>Closes the message, encrypts the scoped PDU and signs all.</summary>
    public static void End(scoped in UsmHeader header, scoped ref BerWriter writer, MessageMarks marks)
    {
        writer.End(marks.Scoped);
        if ((header.Flags & V3Message.PrivFlag) != 0)
        {
            var length = writer.Position - marks.Data.Content;
            if (header.Principal!.User.Priv == PrivProtocol.Des)
                writer.Zeros((Des.BlockLength - length % Des.BlockLength) % Des.BlockLength);
            if (writer.Overflowed)
                return;
            var salt = writer.Region(marks.SaltAt, PrivProtocols.SaltLength);
            header.Principal.Encrypt(writer.Region(marks.Data.Content, writer.Position - marks.Data.Content), header.Boots, header.Time, salt);
            writer.End(marks.Data);
        }
        var before = writer.Position;
        writer.End(marks.Message);
        if (writer.Overflowed || (header.Flags & V3Message.AuthFlag) == 0)
            return;
        var moved = writer.Position - before;
        var tag = writer.Region(marks.TagAt + moved, header.Principal!.User.Auth.TagLength());
        header.Principal.Sign(writer.Region(0, writer.Position), tag);
    }

    /// <summary>Of the security parameters: short ones have one, those of SHA-384 and SHA-512 may have two.</summary>
    private static int LengthOctets(in UsmHeader header, bool isSigned) =>
        header.EngineId.Length + header.UserName.Length + (isSigned ? header.Principal!.User.Auth.TagLength() : 0) + 32 < 0x80 ? 1 : 2;
}
