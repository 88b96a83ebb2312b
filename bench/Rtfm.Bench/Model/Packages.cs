using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Rtfm.Model;

namespace Rtfm.Bench.Model;

/// <summary>flowPackageData of one flow: the 5-tuple, the counters and the times, as a meter writes and a meter reader reads it.</summary>
public class Packages
{
    private static readonly ImmutableArray<FlowAttribute> Attributes =
    [
        FlowAttribute.SourcePeerType,
        FlowAttribute.SourcePeerAddress,
        FlowAttribute.DestPeerAddress,
        FlowAttribute.SourceTransType,
        FlowAttribute.SourceTransAddress,
        FlowAttribute.DestTransAddress,
        FlowAttribute.ToPdus,
        FlowAttribute.FromPdus,
        FlowAttribute.ToOctets,
        FlowAttribute.FromOctets,
        FlowAttribute.FirstTime,
        FlowAttribute.LastActiveTime,
    ];

    private readonly byte[] _buffer = new byte[512];
    private readonly FlowValue[] _values = new FlowValue[Attributes.Length];
    private byte[] _package = [];

    [GlobalSetup]
    public void EncodeOnce()
    {
        _package = Write().ToArray();
        if (!FlowDataPackage.TryDecode(_package, Attributes, _values))
            throw new InvalidOperationException("the package cannot be read back");
    }

    [Benchmark]
    public int Encode() => Write().Length;

    /// <remarks>Allocates the octets of addresses: they outlive the datagram.</remarks>
    [Benchmark]
    public bool Decode() => FlowDataPackage.TryDecode(_package, Attributes, _values);

    private ReadOnlySpan<byte> Write()
    {
        var writer = new FlowDataPackage.Writer(_buffer);
        foreach (var attribute in Attributes)
        {
            var tag = FlowDataPackage.TagOf(attribute);
            var isWritten = attribute switch
            {
                FlowAttribute.SourcePeerAddress or FlowAttribute.DestPeerAddress => writer.TryOctets([10, 0, 0, 7]),
                FlowAttribute.SourceTransAddress or FlowAttribute.DestTransAddress => writer.TryOctets([0x01, 0xBB]),
                FlowAttribute.SourcePeerType or FlowAttribute.SourceTransType => writer.TryNumber(tag, 6),
                _ => writer.TryNumber(tag, 1_234_567_890),
            };
            if (!isWritten)
                throw new InvalidOperationException($"no room for {attribute}");
        }
        return writer.Finish();
    }
}
