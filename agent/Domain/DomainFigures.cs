using System.Linq;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;

namespace Rtfm.Agent.Domain;

/// <summary>What a master is chosen by (rtfmDomainFigures), over the last ten seconds.</summary>
internal sealed class DomainFigures(TrafficMeter meter, HostMachine host, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>Less than so many packets say nothing of how many the meter could do.</summary>
    private const ulong EnoughPackets = 1_000;

    private const ulong Mebi = 1_024 * 1_024;

    private readonly Lock _gate = new();
    private readonly Queue<Figures> _samples = [];
    private uint _capacity;

    private sealed record Figures(long At, ProcessorTimes Processors, ulong Packets, ulong Lost, TimeSpan Busy);

    /// <summary>In thousandths of all processors.</summary>
    public uint CpuBusy
    {
        get
        {
            var (before, now) = Ends();
            var all = now.Processors.All - Math.Min(now.Processors.All, before.Processors.All);
            var idle = now.Processors.Idle + now.Processors.IoWait;
            var idleBefore = before.Processors.Idle + before.Processors.IoWait;
            return all == 0 ? 0 : (uint)(1_000 * (all - Math.Min(all, idle - Math.Min(idle, idleBefore))) / all);
        }
    }

    /// <summary>Mbit/s, of all interfaces that are captured at; 0: not known.</summary>
    public uint InterfaceSpeed
    {
        get
        {
            var indexes = meter.Sources.Where(source => !source.IsFile).Select(source => source.IfIndex).ToHashSet();
            var sum = 0ul;
            foreach (var link in host.Links.Current.Rows)
                sum += indexes.Contains((uint)link.Index) ? link.SpeedMegabits : 0ul;
            return Bounded(sum);
        }
    }

    /// <summary>Packets a second.</summary>
    public uint PacketRate
    {
        get
        {
            var (before, now) = Ends();
            var seconds = clock.GetElapsedTime(before.At, now.At).TotalSeconds;
            return seconds <= 0 ? 0 : Bounded((now.Packets - before.Packets) / seconds);
        }
    }

    /// <summary>Packets a second that all metering threads could do; 0: not known yet.</summary>
    public uint PacketCapacity
    {
        get
        {
            var (before, now) = Ends();
            var (packets, busy) = (now.Packets - before.Packets, (now.Busy - before.Busy).TotalSeconds);
            if (packets >= EnoughPackets && busy > 0)
                _capacity = Bounded(packets / busy * meter.Threads);
            return _capacity;
        }
    }

    /// <summary>Of a million packets that came.</summary>
    public uint PacketLoss
    {
        get
        {
            var (before, now) = Ends();
            var (packets, lost) = (now.Packets - before.Packets, now.Lost - Math.Min(now.Lost, before.Lost));
            return packets + lost == 0 ? 0 : (uint)(1_000_000 * lost / (packets + lost));
        }
    }

    /// <summary>MiB that the agent may have, of the machine's or of its own limit.</summary>
    public uint MemoryTotal => Bounded(Math.Min(host.Memory.Total / 1_024, (ulong)MemoryRoom.Limit / Mebi));

    /// <summary>MiB that it may still take.</summary>
    public uint MemoryFree => Bounded((ulong)MemoryRoom.Of(host.Memory) / Mebi);

    public uint FlowCapacity => (uint)meter.Flows.MaxFlows;

    public uint FlowRoom => (uint)Math.Max(meter.Flows.MaxFlows - meter.Flows.ActiveFlows, 0);

    /// <summary>How much longer than others a member with such figures waits before it stands for master: half for its processors, a quarter each for memory and flows.</summary>
    public TimeSpan Handicap =>
        TimeSpan.FromMilliseconds(0.2 * CpuBusy + 100 * UsedOf(MemoryFree, MemoryTotal) + 100 * UsedOf(FlowRoom, FlowCapacity));

    /// <summary>To be called about once a second.</summary>
    public void Sample()
    {
        lock (_gate)
        {
            if (_samples.Count > 0 && clock.GetElapsedTime(_samples.Last().At) < SampleInterval)
                return;
            _samples.Enqueue(Read());
            while (clock.GetElapsedTime(_samples.Peek().At) > Window && _samples.Count > 1)
                _samples.Dequeue();
        }
    }

    private static double UsedOf(uint free, uint all) => all == 0 ? 0 : 1 - (double)Math.Min(free, all) / all;

    private (Figures Before, Figures Now) Ends()
    {
        Sample();
        lock (_gate)
            return (_samples.Peek(), _samples.Last());
    }

    private Figures Read()
    {
        var lost = 0ul;
        foreach (var source in meter.Sources)
            lost += source.Counters.Lost;
        return new(clock.GetTimestamp(), host.Load.Now.Total, meter.Parsed.Packets, lost, meter.BusyTime);
    }

    private static uint Bounded(double number) => (uint)Math.Clamp(number, 0, uint.MaxValue);
}
