using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Fuzz;

/// <summary>Puts octets to the decoders that a client or a receiver of notifications uses, in the order in which they would.</summary>
internal static class Decoders
{
    /// <summary>What was told of the input, to see whether another tells something new.</summary>
    public static int Read(ReadOnlySpan<byte> input)
    {
        var told = new HashCode();
        ReadMessage(input, ref told);
        // Whatever it is, as if it stood deeper in a message.
        told.Add(ReadFrame(input));
        told.Add(ReadAgentX(input));
        told.Add(UsmParameters.TryRead(input, out _));
        told.Add(ScopedPdu.TryRead(input, out _));
        told.Add(ReadPdu(input));
        told.Add(ReadVarBinds(input));
        return told.ToHashCode();
    }

    /// <summary>As it arrives in a stream, octet by octet: what is known of its length does not change.</summary>
    private static int ReadFrame(ReadOnlySpan<byte> input)
    {
        var length = MessageFrame.Length(input, Agent.MaxMessageSize);
        for (var arrived = 0; arrived < Math.Min(input.Length, 8); arrived++)
        {
            if (MessageFrame.Length(input[..arrived], Agent.MaxMessageSize) is var soFar && soFar != MessageFrame.NotYet && soFar != length)
                throw new InvalidOperationException($"after {arrived} octets a message has {soFar}, then {length}");
        }
        return length.CompareTo(input.Length);
    }

    /// <summary>The varbinds of a response as a sub-agent's peer reads them, written and read again.</summary>
    private static int ReadAgentX(ReadOnlySpan<byte> input)
    {
        const int beforeVarBinds = AgentXHeader.Length + 8;
        if (input.Length < beforeVarBinds || !AgentXHeader.TryRead(input, out var header))
            return 0;
        Span<byte> again = stackalloc byte[AgentXHeader.Length + 8_192];
        var reader = new AgentXReader(input[beforeVarBinds..], header.IsNetworkByteOrder);
        var read = 0;
        while (!reader.IsAtEnd && reader.VarBind() is var varBind && !reader.Failed)
        {
            read++;
            var writer = new AgentXWriter(again, header);
            writer.VarBind(varBind);
            if (writer.Overflowed)
                continue;
            var same = new AgentXReader(writer.Written[AgentXHeader.Length..], header.IsNetworkByteOrder);
            if (same.VarBind() != varBind || same.Failed || !same.IsAtEnd)
                throw new InvalidOperationException($"{varBind} was written and read as something else");
        }
        return HashCode.Combine(Math.Min(read, 4), reader.Failed);
    }

    private static void ReadMessage(ReadOnlySpan<byte> input, ref HashCode told)
    {
        var reader = new BerReader(input);
        reader.Enter();
        var version = reader.Integer();
        if (version == (int)SnmpVersion.V3)
        {
            if (!V3Message.TryRead(input, ref reader, out var v3))
                return;
            told.Add(v3.Flags);
            told.Add(UsmParameters.TryRead(v3.SecurityParameters, out _));
            if (ScopedPdu.TryRead(v3.Data, out var scoped))
                told.Add(ReadPdu(scoped.Pdu));
            return;
        }
        reader.OctetString();
        told.Add(reader.Error);
        if (reader.Error == BerError.None)
            told.Add(ReadPdu(input[reader.Position..]));
    }

    /// <summary>An answer as the client has it: in place and as objects.</summary>
    private static int ReadPdu(ReadOnlySpan<byte> pdu)
    {
        if (!PduHeader.TryRead(pdu, out var header))
            return 0;
        using var response = new SnmpResponse(pdu, header);
        var objects = response.VarBinds();
        return HashCode.Combine(
            header.Type,
            objects is null,
            Math.Min(objects?.Count ?? 0, 4),
            ReadVarBinds(pdu.Slice(header.VarBinds, header.VarBindsLength))
        );
    }

    /// <summary>Every value is read, shown, written and read again.</summary>
    private static int ReadVarBinds(ReadOnlySpan<byte> octets)
    {
        var told = 0;
        var varBinds = new VarBindReader(octets);
        Span<byte> again = stackalloc byte[8_192];
        while (varBinds.Read())
        {
            told |= 1 << ((int)varBinds.Tag & 31);
            if (!varBinds.TryValue(out var value))
                continue;
            _ = value.ToString();
            var writer = new BerWriter(again);
            value.WriteTo(ref writer);
            if (writer.Overflowed)
                continue;
            var content = new BerReader(writer.Written).Any(out var tag);
            if (tag != (byte)varBinds.Tag || !SnmpValue.TryRead(varBinds.Tag, content, out var same) || same != value)
                throw new InvalidOperationException($"{value.Tag} {value} was written and read as something else");
        }
        return HashCode.Combine(told, varBinds.Error);
    }
}
