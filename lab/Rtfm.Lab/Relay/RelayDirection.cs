using System.Buffers.Binary;
using System.Globalization;

namespace Rtfm.Lab.Relay;

/// <summary>One direction of the relay: packets that wait, and what really became of them. Counted are IP packets; neighbours' questions go through as they are.</summary>
internal sealed class RelayDirection(string name, PacketPort from, PacketPort to, Impairment impairment, int seed)
{
    private const int LongestFrame = 65_550;
    private const int Ethernet = PacketPort.HeaderLength;
    private const int Network = Ethernet + 14;

    private readonly Fate _fate = new(impairment, seed);
    private readonly PriorityQueue<Waiting, (long Due, long Number)> _line = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly byte[] _frame = new byte[LongestFrame];
    private long _number;
    private long _packets;
    private long _octets;
    private long _lost;
    private long _duplicated;
    private long _sent;
    private long _notSent;
    private double _sum;
    private double _variation;
    private long _least = long.MaxValue;
    private long _most = long.MinValue;
    private long _before;

    private readonly record struct Waiting(byte[] Frame, int Length, long ArrivedNs, bool IsCounted);

    public const string Header = "direction,packets,octets,lost,duplicated,sent,notSent,meanNs,leastNs,mostNs,variationNs";

    /// <summary>When the next packet is to be sent: nanoseconds since 1970; the largest number: none waits.</summary>
    public long NextDue => _line.TryPeek(out _, out var next) ? next.Due : long.MaxValue;

    /// <summary>Takes in all frames that have come.</summary>
    public void TakeIn()
    {
        while (from.Receive(_frame, out var arrived) is >= Network and var length)
        {
            var isCounted = IsPacket(_frame.AsSpan(0, length));
            if (isCounted)
            {
                _packets++;
                _octets += length - Ethernet;
                if (_fate.IsLost())
                {
                    _lost++;
                    continue;
                }
            }
            Hold(length, arrived, isCounted ? _fate.Delay() : 0, isCounted);
            if (isCounted && _fate.IsDuplicated())
            {
                _duplicated++;
                Hold(length, arrived, _fate.Delay(), isCounted: false);
            }
        }
    }

    /// <summary>Sends what is due.</summary>
    public void SendDue(Func<long> now)
    {
        while (_line.TryPeek(out var waiting, out var next) && next.Due <= now())
        {
            _line.Dequeue();
            var at = now();
            if (!to.TrySend(waiting.Frame.AsSpan(0, waiting.Length)))
                _notSent++;
            else if (waiting.IsCounted)
                Count(at - waiting.ArrivedNs);
            _spare.Push(waiting.Frame);
        }
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name},{_packets},{_octets},{_lost},{_duplicated},{_sent},{_notSent},{(_sent == 0 ? 0 : _sum / _sent):F0},{(_sent == 0 ? 0 : _least)},{(_sent == 0 ? 0 : _most)},{(_sent < 2 ? 0 : _variation / (_sent - 1)):F0}"
        );

    private void Hold(int length, long arrived, long delay, bool isCounted)
    {
        if (!_spare.TryPop(out var copy) || copy.Length < length)
            copy = new byte[Math.Max(length, 2_048)];
        _frame.AsSpan(0, length).CopyTo(copy);
        _line.Enqueue(new(copy, length, arrived, isCounted), (arrived + delay, _number++));
    }

    private void Count(long delay)
    {
        if (_sent++ > 0)
            _variation += Math.Abs(delay - _before);
        _before = delay;
        _sum += delay;
        (_least, _most) = (Math.Min(_least, delay), Math.Max(_most, delay));
    }

    /// <summary>IPv4, or IPv6 that is not of neighbours among themselves (RFC 4861: ICMPv6 133 to 137).</summary>
    private static bool IsPacket(ReadOnlySpan<byte> frame)
    {
        const byte Icmp = 58;
        return BinaryPrimitives.ReadUInt16BigEndian(frame[(Network - 2)..]) switch
        {
            0x0800 => true,
            0x86DD => frame.Length <= Network + 40 || frame[Network + 6] != Icmp || frame[Network + 40] is < 133 or > 137,
            _ => false,
        };
    }
}
