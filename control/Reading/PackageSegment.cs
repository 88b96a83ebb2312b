using System.Buffers;
using System.Buffers.Binary;

namespace Rtfm.Control.Reading;

/// <summary>Packages of one range of flow indexes, in index order, packed as they came. Filled by one reader at a time.</summary>
public sealed class PackageSegment(PackageSpool spool, long from) : IDisposable
{
    private const int ChunkLength = 256 << 10;
    public const int HeaderLength = 6;

    private readonly List<(byte[] Octets, int Length)> _chunks = [];

    /// <summary>The index after which the range begins.</summary>
    public long From { get; } = from;

    /// <summary>Packages in it.</summary>
    public int Count { get; private set; }

    /// <summary>The octets: for each package its index, its length, itself.</summary>
    public IReadOnlyList<(byte[] Octets, int Length)> Chunks => _chunks;

    /// <returns>False where the reading has become too long to be true.</returns>
    public bool TryAdd(uint index, ReadOnlySpan<byte> package)
    {
        if (package.Length > ushort.MaxValue)
        {
            AddBad();
            return true;
        }
        var needed = HeaderLength + package.Length;
        if (_chunks.Count == 0 || _chunks[^1].Octets.Length - _chunks[^1].Length < needed)
        {
            if (!spool.TryGrow(ChunkLength))
                return false;
            _chunks.Add((ArrayPool<byte>.Shared.Rent(ChunkLength), 0));
        }
        var (octets, length) = _chunks[^1];
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(length), index);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(length + 4), (ushort)package.Length);
        package.CopyTo(octets.AsSpan(length + HeaderLength));
        _chunks[^1] = (octets, length + needed);
        Count++;
        return true;
    }

    /// <summary>A value that was no package at all.</summary>
    public void AddBad() => spool.AddBad();

    public void Dispose()
    {
        foreach (var (octets, _) in _chunks)
            ArrayPool<byte>.Shared.Return(octets);
        _chunks.Clear();
    }
}
