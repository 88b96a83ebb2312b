using System.Buffers.Binary;
using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.Control.Reading;

/// <summary>What one reading brought, packed as it came: some 150 octets a flow, until the store takes it in one transaction.</summary>
/// <remarks>The transaction itself must not wait for a meter: the store has one writer.</remarks>
public sealed class PackageSpool(int ruleSet, ImmutableArray<FlowAttribute> attributes) : IDisposable
{
    /// <summary>A meter must not fill our memory, whatever it sends: a quarter of it is for one reading. On 8 GiB that is over ten million flows.</summary>
    public static long MaxOctets { get; internal set; } = Math.Max(512L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    private readonly List<PackageSegment> _segments = [];
    private readonly int _firstTimeAt = attributes.IndexOf(FlowAttribute.FirstTime);
    private readonly int _lastActiveAt = attributes.IndexOf(FlowAttribute.LastActiveTime);
    private readonly FlowDataPackage.Element[] _elements = [.. attributes.Select(FlowDataPackage.ElementOf)];
    private long _octets;
    private int _badPackages;

    public ImmutableArray<FlowAttribute> Attributes { get; } = attributes;

    /// <summary>Packages in the spool.</summary>
    public int Count => _segments.Sum(each => each.Count);

    /// <summary>Packages that were none, counted when <see cref="Records"/> comes upon them, and values that cannot be.</summary>
    public int BadPackages => _badPackages;

    /// <summary>A place for what comes after a flow index, up to where the next segment begins. Several can be filled at the same time.</summary>
    public PackageSegment Open(long from)
    {
        var segment = new PackageSegment(this, from);
        lock (_segments)
            _segments.Add(segment);
        return segment;
    }

    /// <summary>A value that was no package at all.</summary>
    public void AddBad() => Interlocked.Increment(ref _badPackages);

    /// <summary>Asks for memory.</summary>
    /// <returns>False where the reading has become too long to be true.</returns>
    public bool TryGrow(int octets) => Interlocked.Add(ref _octets, octets) <= MaxOctets;

    /// <summary>The records, in index order, decoded as they are asked for. To be gone through once; a record's values last until the next is asked for.</summary>
    public IEnumerable<FlowRecord> Records()
    {
        var values = new FlowValue[Attributes.Length];
        foreach (var (index, package) in Packages())
        {
            if (FlowDataPackage.TryDecode(package.Array!, package.Offset, package.Count, _elements, values) && AreTimes(values))
                yield return new FlowRecord(ruleSet, index, Attributes, values);
            else
                _badPackages++;
        }
    }

    /// <summary>The packages as they came, in index order.</summary>
    public IEnumerable<(uint Index, ArraySegment<byte> Package)> Packages()
    {
        foreach (var segment in _segments.OrderBy(each => each.From))
        {
            foreach (var (octets, length) in segment.Chunks)
            {
                for (var at = 0; at < length; )
                {
                    var index = BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at));
                    var packageLength = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at + 4));
                    at += PackageSegment.HeaderLength;
                    yield return (index, new(octets, at, packageLength));
                    at += packageLength;
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
            segment.Dispose();
        _segments.Clear();
    }

    /// <summary>A package can carry 64 bits where a TimeTicks has 32.</summary>
    private bool AreTimes(FlowValue[] values) => values[_firstTimeAt].Number <= uint.MaxValue && values[_lastActiveAt].Number <= uint.MaxValue;
}
