using BenchmarkDotNet.Attributes;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Bench.Snmp;

/// <summary>What a GETBULK over a column of counters costs in BER alone: 50 varbinds, names 15 sub-identifiers long.</summary>
public class VarBinds
{
    private const int Count = 50;

    private readonly byte[] _buffer = new byte[65_507];
    private readonly uint[] _name = [.. FlowMeterMib.DataEntry, (uint)FlowAttribute.ToOctets, 2, 123_456, 0];
    private int _length;

    [GlobalSetup]
    public void WriteOnce() => _length = Write();

    [Benchmark(OperationsPerInvoke = Count)]
    public int Write()
    {
        var writer = new VarBindWriter(new BerWriter(_buffer));
        for (var i = 1u; i <= Count; i++)
        {
            _name[^1] = i * 1_000;
            writer.Counter64(_name, 0x1234_5678_9ABCul * i);
        }
        return writer.Ber.Position;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public ulong Read()
    {
        var reader = new VarBindReader(_buffer.AsSpan(0, _length));
        var sum = 0ul;
        while (reader.Read())
        {
            if (BerReader.TryReadUnsigned(reader.Content, BerTag.Counter64, out var value))
                sum += value;
        }
        return sum;
    }
}
