using System.Buffers;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>An agent's answer as it came: its varbinds are read in place, which for a table of flows saves an object for each.</summary>
/// <remarks>Its memory is another answer's once it is disposed of; forgotten, it costs a collection of garbage.</remarks>
public sealed class SnmpResponse : IDisposable
{
    private readonly PduHeader _header;
    private byte[]? _pdu;

    internal SnmpResponse(ReadOnlySpan<byte> pdu, PduHeader header)
    {
        _header = header;
        _pdu = ArrayPool<byte>.Shared.Rent(pdu.Length);
        pdu.CopyTo(_pdu);
    }

    public ErrorStatus Status => (ErrorStatus)_header.ErrorStatus;

    /// <summary>The varbind the error is about, counted from 1.</summary>
    public int ErrorIndex => _header.ErrorIndex;

    /// <summary>Goes through the varbinds without allocating; what it shows is good until the response is disposed of.</summary>
    public VarBindReader Read()
    {
        ObjectDisposedException.ThrowIf(_pdu is null, this);
        return new(_pdu.AsSpan(_header.VarBinds, _header.VarBindsLength));
    }

    /// <summary>The varbinds as objects; null where a value does not fit its syntax.</summary>
    public IReadOnlyList<VarBind>? VarBinds()
    {
        var varBinds = new List<VarBind>();
        var reader = Read();
        while (reader.Read())
        {
            if (!reader.TryValue(out var value))
                return null;
            varBinds.Add(new(new ObjectIdentifier(reader.Name), value));
        }
        return varBinds;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pdu, null) is { } pdu)
            ArrayPool<byte>.Shared.Return(pdu);
    }
}
