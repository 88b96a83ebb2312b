namespace Rtfm.Agent.Capture;

/// <summary>Packets that a source hands over together. Made once, filled again and again.</summary>
public sealed class PacketBatch(int capacity = PacketBatch.DefaultCapacity)
{
    public const int DefaultCapacity = 128;

    private readonly CapturedPacket[] _packets = new CapturedPacket[capacity];

    public int Capacity => _packets.Length;

    public int Count { get; private set; }

    public bool IsFull => Count == _packets.Length;

    public ReadOnlySpan<CapturedPacket> Packets => _packets.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Keeps the first <paramref name="count"/> packets.</summary>
    public void Truncate(int count) => Count = Math.Min(count, Count);

    public ref CapturedPacket this[int at] => ref _packets[at];

    /// <summary>The next packet to fill in; the batch must not be full.</summary>
    public ref CapturedPacket Add() => ref _packets[Count++];
}
