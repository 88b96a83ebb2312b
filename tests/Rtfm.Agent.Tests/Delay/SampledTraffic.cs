using System.Buffers.Binary;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Srl;
using static Rtfm.Agent.Tests.Packets.Frames;

namespace Rtfm.Agent.Tests.Delay;

/// <summary>A meter whose rule set samples the packets of each pair of hosts, from the frame to the flow's samples.</summary>
internal sealed class SampledTraffic : IDisposable
{
    public const long Second = 1_000_000_000;

    /// <summary>When time begins here.</summary>
    public const long Start = 1_763_740_800 * Second;

    private const string Program = """
        IF SourcePeerType == IPv4 {
            SAVE SourcePeerAddress; SAVE DestPeerAddress; SAVE DelaySamples; COUNT;
        }
        """;

    private readonly FlowTable _table;
    private readonly PacketProcessor _processor = new();
    private readonly RuleSetEngine _engine;

    /// <summary>A sample a second.</summary>
    public static readonly SampleSettings EachSecond = new(IntervalNs: Second);

    public SampledTraffic(string program = Program, SampleSettings? settings = null)
    {
        var compiled = SrlCompiler.Compile(program, "test");
        Rules = compiled.RuleSet ?? throw new ArgumentException(string.Join('\n', compiled.Diagnostics));
        _table = new FlowTable(10_000) { Samples = settings ?? EachSecond };
        Flows = _table.GetOrAdd(2);
        _engine = new(Rules, Flows.Shapes);
        _processor.Run([new RunningRuleSet(2, Rules, _engine, Flows)]);
    }

    public RuleSet Rules { get; }

    public FlowSet Flows { get; }

    /// <summary>A UDP packet from 10.0.0.1 to 10.0.0.2, or back, with a number for a payload.</summary>
    public static byte[] Packet(int number, bool isBack = false)
    {
        var payload = new byte[24];
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8), number);
        var packet = IPv4(17, payload);
        if (isBack)
            (packet[15], packet[19]) = (packet[19], packet[15]);
        return Ethernet(0x0800, packet);
    }

    public unsafe void Send(long timeNs, byte[] frame)
    {
        fixed (byte* data = frame)
        {
            var packet = new CapturedPacket
            {
                TimeNs = timeNs,
                Data = data,
                CapturedLength = frame.Length,
                WireLength = frame.Length,
                LinkType = LinkType.Ethernet,
            };
            _processor.Process([packet], new Uptime((uint)((timeNs - Start) / 10_000_000 + 100)));
        }
    }

    /// <summary>The samples of the only flow.</summary>
    public (SamplePackageHeader Header, PacketSample[] Samples) Read()
    {
        FlowSnapshot flow = default;
        Assert.That(Flows.TryGetNext(0, default, ref flow));
        var samples = new PacketSample[SamplePackage.MostSamples];
        Assert.That(SamplePackage.TryRead(flow.ValueOf(FlowAttribute.DelaySamples).Octets, samples, out var header));
        return (header, samples[..header.Count]);
    }

    /// <summary>What the rules ask to be kept of a flow.</summary>
    public StatisticPlan PlanOfSamples() =>
        Enumerable.Range(0, _engine.Plans.Count).Select(number => _engine.Plans[number].Statistics).First(plan => plan is not null)!;

    public void Dispose() => _table.Dispose();
}
