using System.Buffers;

namespace Rtfm.Snmp.Transport;

/// <summary>What has arrived on a stream of messages and was not taken yet (RFC 3430 §2.1).</summary>
/// <remarks>It grows with what arrives, not with what a length promises, to at most twice the longest message; empty, it holds no memory.</remarks>
/// <param name="longest">The longest message taken, in octets.</param>
internal sealed class MessageBuffer(int longest)
{
    private const int First = 2_048;

    private byte[]? _octets;
    private int _start;
    private int _filled;

    public bool IsEmpty => _filled == 0;

    /// <summary>Waits for more.</summary>
    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> ReceiveAsync(Stream stream)
    {
        MakeRoom();
        var received = await stream.ReadAsync(_octets.AsMemory(_filled)).ConfigureAwait(false);
        _filled += received;
        return received > 0;
    }

    /// <summary>Takes the next message; it is good until more is received.</summary>
    /// <param name="message">The whole message; where framing is lost, what there is.</param>
    /// <returns>Its length, or <see cref="MessageFrame.NotYet"/>, <see cref="MessageFrame.Lost"/>.</returns>
    public int Take(out Memory<byte> message)
    {
        var rest = _octets.AsMemory(_start, _filled - _start);
        var length = MessageFrame.Length(rest.Span, longest);
        message = length == MessageFrame.Lost ? rest : default;
        if (length > 0 && length <= rest.Length)
        {
            message = rest[..length];
            _start += length;
            return length;
        }
        if (length == MessageFrame.Lost)
            return length;
        rest.CopyTo(_octets);
        (_start, _filled) = (0, rest.Length);
        if (_filled == 0)
            Return();
        return MessageFrame.NotYet;
    }

    /// <summary>Gives the memory back.</summary>
    public void Return()
    {
        if (_octets is not null)
            ArrayPool<byte>.Shared.Return(_octets);
        _octets = null;
        _start = _filled = 0;
    }

    private void MakeRoom()
    {
        if (_octets is null)
        {
            _octets = ArrayPool<byte>.Shared.Rent(First);
        }
        else if (_filled == _octets.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_filled * 2);
            _octets.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }
    }
}
