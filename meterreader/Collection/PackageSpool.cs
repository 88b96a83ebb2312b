using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.MeterReader.Collection;

/// <summary>What one reading brought, packed as it came: some 150 octets a flow, until the store takes it in one transaction.</summary>
/// <remarks>The transaction itself must not wait for a meter: the store has one writer.</remarks>
internal sealed class PackageSpool(int ruleSet, ImmutableArray<FlowAttribute> attributes) : IDisposable
{
    /// <summary>A meter that sends more than this in one reading is not believed: it would be over three million flows.</summary>
    public const long MaxOctets = 512L << 20;

    private const int ChunkLength = 1 << 20;
    private const int HeaderLength = 6;

    private readonly List<(byte[] Octets, int Length)> _chunks = [];
    private readonly int _firstTimeAt = attributes.IndexOf(FlowAttribute.FirstTime);
    private readonly int _lastActiveAt = attributes.IndexOf(FlowAttribute.LastActiveTime);
    private readonly byte[] _tags = [.. attributes.Select(FlowDataPackage.TagOf)];

    public ImmutableArray<FlowAttribute> Attributes { get; } = attributes;

    /// <summary>Packages in the spool.</summary>
    public int Count { get; private set; }

    /// <summary>Packages that were none, counted when <see cref="Records"/> comes upon them, and values that cannot be.</summary>
    public int BadPackages { get; private set; }

    /// <returns>False where the reading has become too long to be true.</returns>
    public bool TryAdd(uint index, ReadOnlySpan<byte> package)
    {
        if (package.Length > ushort.MaxValue)
        {
            BadPackages++;
            return true;
        }
        var needed = HeaderLength + package.Length;
        if (_chunks.Count == 0 || ChunkLength - _chunks[^1].Length < needed)
        {
            if ((long)(_chunks.Count + 1) * ChunkLength > MaxOctets)
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
    public void AddBad() => BadPackages++;

    /// <summary>The records, in index order, decoded as they are asked for. To be gone through once; a record's values last until the next is asked for.</summary>
    public IEnumerable<FlowRecord> Records()
    {
        var values = new FlowValue[Attributes.Length];
        foreach (var (octets, length) in _chunks)
        {
            for (var at = 0; at < length; )
            {
                var index = BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at));
                var packageLength = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at + 4));
                if (FlowDataPackage.TryDecode(octets, at + HeaderLength, packageLength, _tags, values) && AreTimes(values))
                    yield return new FlowRecord(ruleSet, index, Attributes, values);
                else
                    BadPackages++;
                at += HeaderLength + packageLength;
            }
        }
    }

    public void Dispose()
    {
        foreach (var (octets, _) in _chunks)
            ArrayPool<byte>.Shared.Return(octets);
        _chunks.Clear();
    }

    /// <summary>A package can carry 64 bits where a TimeTicks has 32.</summary>
    private bool AreTimes(FlowValue[] values) => values[_firstTimeAt].Number <= uint.MaxValue && values[_lastActiveAt].Number <= uint.MaxValue;
}
