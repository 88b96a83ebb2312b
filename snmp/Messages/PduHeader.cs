using System.Runtime.CompilerServices;
using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Messages;

/// <summary>What stands before the varbinds of a PDU (RFC 3416 §3 PDU and BulkPDU).</summary>
/// <param name="ErrorStatus">In a GetBulkRequest: non-repeaters.</param>
/// <param name="ErrorIndex">In a GetBulkRequest: max-repetitions.</param>
/// <param name="VarBinds">Where the content of the varbind list begins.</param>
/// <param name="VarBindsLength">Its length in octets.</param>
public readonly record struct PduHeader(PduType Type, int RequestId, int ErrorStatus, int ErrorIndex, int VarBinds, int VarBindsLength)
{
    public int NonRepeaters => Math.Max(ErrorStatus, 0);

    public int MaxRepetitions => Math.Max(ErrorIndex, 0);

    /// <summary>Reads a PDU, which must be all there is.</summary>
    /// <returns>False where it is none, or a v1 trap, which has another shape.</returns>
    [SkipLocalsInit]
    public static bool TryRead(ReadOnlySpan<byte> pdu, out PduHeader header)
    {
        header = default;
        var reader = new BerReader(pdu);
        var type = reader.PeekTag;
        if (type is < (byte)PduType.GetRequest or > (byte)PduType.Report or (byte)PduType.TrapV1)
            return false;
        reader.Enter(type);
        var requestId = reader.Integer();
        var errorStatus = reader.Integer();
        var errorIndex = reader.Integer();
        reader.Enter();
        if (reader.Error != BerError.None)
            return false;
        header = new((PduType)type, requestId, errorStatus, errorIndex, reader.Position, pdu.Length - reader.Position);
        // The varbind list must end where the PDU does: walk it once, so that nobody meets bad octets half-way through an answer.
        OidBuffer.Begin(out var name);
        while (!reader.IsAtEnd)
        {
            var outer = reader.Enter();
            reader.Oid(ref name);
            reader.Any(out _);
            reader.Leave(outer);
        }
        return reader.Error == BerError.None && reader.Position == pdu.Length;
    }
}
