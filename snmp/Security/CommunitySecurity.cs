using System.Security.Cryptography;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Security;

/// <summary>A community name and what it opens.</summary>
/// <param name="Name">The community. A secret: never logged.</param>
/// <param name="MayWrite">Whether it opens writing too.</param>
public sealed record Community(string Name, bool MayWrite)
{
    public override string ToString() => MayWrite ? "read-write community" : "read-only community";
}

/// <summary>Community-based security of SNMPv1 and v2c (RFC 3584 §5.2).</summary>
public sealed class CommunitySecurity(SnmpVersion version, IReadOnlyList<Community> communities) : ISecurityModel
{
    private readonly (byte[] Name, string SecurityName, bool MayWrite)[] _communities = Prepare(communities);

    public SnmpVersion Version { get; } = version;

    public bool TryAccept(ReadOnlySpan<byte> message, ref BerReader reader, in Requester from, SnmpCounters counters, out IncomingMessage incoming)
    {
        incoming = default;
        var community = reader.OctetString();
        if (reader.Error != BerError.None)
        {
            counters.InAsnParseErrors++;
            return false;
        }
        var pdu = message[reader.Position..];
        // Every community is compared, each in constant time: how long it takes says nothing of how much was right.
        var found = -1;
        for (var i = 0; i < _communities.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(_communities[i].Name, community))
                found = i;
        }
        if (found < 0)
        {
            counters.InBadCommunityNames++;
            return false;
        }
        incoming = new()
        {
            Pdu = pdu,
            Request = new MibRequest(Version, _communities[found].SecurityName),
            MayWrite = _communities[found].MayWrite,
            SecurityState = community,
        };
        return true;
    }

    public BerMark BeginAnswer(in IncomingMessage incoming, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)Version);
        writer.OctetString(incoming.SecurityState);
        return mark;
    }

    public void EndAnswer(in IncomingMessage incoming, ref BerWriter writer, BerMark mark) => writer.End(mark);

    private static (byte[], string, bool)[] Prepare(IReadOnlyList<Community> communities)
    {
        var prepared = new (byte[], string, bool)[communities.Count];
        for (var i = 0; i < communities.Count; i++)
            prepared[i] = (Encoding.UTF8.GetBytes(communities[i].Name), communities[i].MayWrite ? "writer" : "reader", communities[i].MayWrite);
        return prepared;
    }
}
