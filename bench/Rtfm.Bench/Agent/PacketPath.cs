using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Bench.Agent;

/// <summary>The meter's way of a packet, from captured octets to the flow's counters: UDP over IPv4 in Ethernet, 5-tuple rules.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls Cleanup, not Dispose")]
public unsafe class PacketPath
{
    private const int FrameLength = 64;
    private const string FiveTuple = """
              sourcePeerType/8 = 1: PushPktToAct, dest
              null: Ignore
        dest: destPeerType/8 = 0: PushPktToAct, Next
              sourcePeerAddress/32 = 0: PushPktToAct, Next
              destPeerAddress/32 = 0: PushPktToAct, Next
              sourceTransType/8 = 0: PushPktToAct, Next
              destTransType/8 = 0: PushPktToAct, Next
              sourceTransAddress/16 = 0: PushPktToAct, Next
              destTransAddress/16 = 0: CountPkt
        """;

    private readonly MatchKey[] _keys = new MatchKey[PacketBatch.DefaultCapacity];
    private readonly ParseCounters _parsed = new();
    private CapturedPacket[] _packets = [];
    private byte* _frames;
    private FlowTable? _table;
    private PacketProcessor _processor = new();
    private int _next;

    /// <summary>Few flows stay in the cache, many do not.</summary>
    [Params(1 << 10, 1 << 18)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _frames = (byte*)NativeMemory.AllocZeroed((nuint)Flows, FrameLength);
        _packets = new CapturedPacket[Flows];
        for (var i = 0; i < Flows; i++)
        {
            var frame = new Span<byte>(_frames + i * FrameLength, FrameLength);
            WriteFrame(frame, client: i);
            _packets[i] = new()
            {
                Data = _frames + i * FrameLength,
                CapturedLength = FrameLength,
                WireLength = FrameLength,
                Interface = 1,
                LinkType = LinkType.Ethernet,
            };
        }
        var rules = RuleAssembler.Assemble(FiveTuple, "five-tuple").RuleSet ?? throw new InvalidOperationException("the rules cannot be assembled");
        _table = new FlowTable(Flows + 1);
        var flows = _table.GetOrAdd(2);
        var running = new RunningRuleSet(2, rules, new RuleSetEngine(rules, flows.Shapes), flows);
        _processor = new PacketProcessor();
        _processor.Run([running]);
        for (var i = 0; i < Flows; i += PacketBatch.DefaultCapacity)
            Meter();
        if (flows.Count != Flows)
            throw new InvalidOperationException($"{flows.Count} flows were made of {Flows}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table?.Dispose();
        NativeMemory.Free(_frames);
    }

    [Benchmark(OperationsPerInvoke = PacketBatch.DefaultCapacity)]
    public void Parse() => PacketParser.Parse(NextBatch(), _keys, _parsed);

    [Benchmark(OperationsPerInvoke = PacketBatch.DefaultCapacity)]
    public void Meter() => _processor.Process(NextBatch(), new Uptime(100));

    private ReadOnlySpan<CapturedPacket> NextBatch()
    {
        var batch = _packets.AsSpan(_next, PacketBatch.DefaultCapacity);
        _next = (_next + PacketBatch.DefaultCapacity) % Flows;
        return batch;
    }

    private static void WriteFrame(Span<byte> frame, int client)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
        var ip = frame[14..];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], FrameLength - 14);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A00_0000 + (uint)client);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0xC0A8_0001);
        var udp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)(1024 + client % 50_000));
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 53);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], FrameLength - 34);
    }
}
