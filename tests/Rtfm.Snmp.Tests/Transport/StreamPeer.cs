using System.Net.Sockets;
using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests.Transport;

/// <summary>What a client does at a stream, by hand.</summary>
internal static class StreamPeer
{
    public static readonly ObjectIdentifier Column = new(1, 3, 6, 1, 4, 1, 1, 1);

    public static byte[] Request(int requestId, string community = "public", int names = 1)
    {
        var writer = new BerWriter(new byte[65_535]);
        var message = writer.Begin((byte)BerTag.Sequence, 3);
        writer.Integer(1);
        writer.OctetString(Encoding.ASCII.GetBytes(community));
        var pdu = writer.Begin((byte)PduType.GetRequest, 3);
        writer.Integer(requestId);
        writer.Integer(0);
        writer.Integer(0);
        var list = writer.Begin((byte)BerTag.Sequence, 3);
        for (var i = 0; i < names; i++)
        {
            var mark = writer.Begin((byte)BerTag.Sequence);
            writer.Oid([.. Column.Span, 1]);
            writer.Empty(BerTag.Null);
            writer.End(mark);
        }
        writer.End(list);
        writer.End(pdu);
        writer.End(message);
        return writer.Written.ToArray();
    }

    public static byte[] Receive(Socket peer)
    {
        var octets = new byte[65_536];
        var received = 0;
        int length;
        while ((length = MessageFrame.Length(octets.AsSpan(0, received), octets.Length)) <= 0 || received < length)
        {
            // One octet at a time until the length is known, so that the next answer stays where it is.
            var more = peer.Receive(octets, received, length > 0 ? length - received : 1, SocketFlags.None);
            Assert.That(more, Is.Positive, "the connection was closed");
            received += more;
        }
        return octets[..length];
    }

    public static int RequestIdOf(byte[] answer)
    {
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        reader.Enter((byte)PduType.Response);
        return reader.Integer();
    }

    public static bool IsClosed(Socket peer)
    {
        try
        {
            return peer.Receive(new byte[1]) == 0;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.ConnectionReset;
        }
    }
}
