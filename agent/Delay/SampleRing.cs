using System.Numerics;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay;

/// <summary>The latest samples of a flow, in its record of statistics, and the level at which packets are selected in each direction (decision 0013).</summary>
/// <remarks>
/// <para>48 octets, then 14 for each sample. With 16 samples, the record's own 8 and the row's 16 (<see cref="Flows.RowStatistics"/>) it is 296 octets.</para>
/// <para>Two meters see nearly the same packets of a flow, and intervals begin at the same time everywhere, so both come to nearly the same level without a word between them.
/// Where they differ, the coarser one's samples are among those of the finer.</para>
/// </remarks>
internal static unsafe class SampleRing
{
    /// <summary>An interval that has given so many samples makes the level coarser at once, and so does each further one: a burst of a million packets gives some twenty.</summary>
    private const int ManySamples = 4;

    /// <summary>A flow that had no sample for 9 hours begins its ring anew, as does one whose clock went so far: 48 bits of a time tell it from its neighbours.</summary>
    private const long LongestGapNs = 1L << 45;

    /// <summary>Octets of a ring.</summary>
    public static int Octets(int length) => (sizeof(RingHeader) + length * sizeof(RingSample) + 7) & ~7;

    /// <summary>Takes one packet in, which the gate does not let pass over.</summary>
    /// <param name="ring">Zeros at first.</param>
    /// <param name="length">How many samples it holds.</param>
    /// <param name="gate">Of that direction.</param>
    /// <param name="pdus">Packets that the flow has in that direction, this one among them.</param>
    public static void Add(byte* ring, int length, ref SampleGate gate, in MatchKey packet, bool isTo, uint pdus, SampleClock clock)
    {
        if (packet.Identity == 0)
            return;
        var header = (RingHeader*)ring;
        var way = &header->To + (isTo ? 0 : 1);
        var timeNs = clock.TimeOf(packet);
        var interval = clock.IntervalOf(timeNs);
        var passed = gate.IntervalsUntil(interval);
        // A packet that comes late by less than an interval is of this one; else the clock went back.
        if (way->SinceNs == 0 || passed is not (0 or -1))
            BeginInterval(way, timeNs, passed, pdus, clock.BeganNs);
        else
            interval = gate.Interval;
        if (PacketSample.IsSelected(packet.Selection, way->Level))
            Put(header, way, length, timeNs, packet, isTo);
        gate = new(interval, way->Level);
    }

    /// <summary>Reads a copy of a ring, which may have been made while it was written.</summary>
    /// <param name="samples">Room for all.</param>
    public static SamplePackageHeader Read(ReadOnlySpan<byte> ring, int length, Span<PacketSample> samples)
    {
        ref readonly var header = ref MemoryMarshal.AsRef<RingHeader>(ring);
        var all = MemoryMarshal.Cast<byte, RingSample>(ring[sizeof(RingHeader)..])[..length];
        var held = Math.Min((int)header.Held, Math.Min(length, samples.Length));
        var at = header.Next % length;
        var timeNs = header.LatestNs;
        for (var i = held - 1; i >= 0; i--)
        {
            at = at == 0 ? length - 1 : at - 1;
            ref readonly var sample = ref all[at];
            timeNs = Near(timeNs, (long)sample.TimeHigh << 32 | sample.TimeLow);
            samples[i] = PacketSample.FromPacked(timeNs, sample.Packed, sample.Identity);
        }
        var first = unchecked(header.Written - (uint)held + 1);
        return new(default, first, held, LevelOf(header.To), LevelOf(header.From));
    }

    /// <param name="passed">Intervals since the one before; negative: the clock went back.</param>
    private static void BeginInterval(RingWay* way, long timeNs, int passed, uint pdus, long beganNs)
    {
        if (way->SinceNs == 0)
            way->SinceNs = timeNs;
        else if (passed > 0)
            SetLevel(way, LevelAfter(way, pdus - 1, passed - 1), beganNs);
        else
            way->SinceNs = Math.Min(way->SinceNs, timeNs);
        way->PdusBefore = pdus - 1;
        way->Samples = 0;
    }

    /// <summary>About one sample of as many packets as the interval had; finer by no more than one for each interval, so that a flow that pauses does not begin with a sample of each packet.</summary>
    /// <param name="empty">Intervals without a packet that followed.</param>
    private static int LevelAfter(RingWay* way, uint pdus, int empty)
    {
        // To the nearest level: squared, the number has twice the logarithm.
        var squared = (ulong)(pdus - way->PdusBefore) * (pdus - way->PdusBefore);
        var fitting = Math.Min((BitOperations.Log2(squared) + 1) / 2, PacketSample.MaxLevel);
        return Math.Max(Math.Max(fitting, way->Level - 1) - empty, 0);
    }

    private static void SetLevel(RingWay* way, int level, long sinceNs)
    {
        if (level == way->Level)
            return;
        (way->Level, way->SinceNs) = ((byte)level, sinceNs);
        way->Coarsest = Math.Max(way->Coarsest, way->Level);
    }

    private static void Put(RingHeader* header, RingWay* way, int length, long timeNs, in MatchKey packet, bool isTo)
    {
        if ((ulong)(timeNs - header->LatestNs + LongestGapNs) > 2 * LongestGapNs)
            header->Held = 0;
        var sample = (RingSample*)(header + 1) + header->Next;
        *sample = new RingSample
        {
            TimeHigh = (ushort)(timeNs >> 32),
            TimeLow = (uint)timeNs,
            Packed = PacketSample.Pack(packet.Selection, way->Coarsest, !isTo),
            Identity = packet.Identity,
        };
        header->LatestNs = timeNs;
        header->Next = (ushort)(header->Next + 1 == length ? 0 : header->Next + 1);
        header->Held = (ushort)Math.Min(header->Held + 1, length);
        header->Written++;
        way->Coarsest = way->Level;
        if (++way->Samples >= ManySamples && way->Level < PacketSample.MaxLevel)
            SetLevel(way, way->Level + 1, timeNs + 1);
    }

    /// <summary>The time whose lower 48 bits are these that is nearest to another.</summary>
    private static long Near(long timeNs, long lower)
    {
        const int Upper = 64 - 48;
        return timeNs + ((lower - timeNs) << Upper >> Upper);
    }

    private static SamplingLevel LevelOf(in RingWay way) => new(Math.Min(way.Coarsest, (byte)PacketSample.MaxLevel), way.SinceNs);

    [StructLayout(LayoutKind.Sequential)]
    private struct RingHeader
    {
        /// <summary>Samples there ever were.</summary>
        public uint Written;

        /// <summary>Samples there are.</summary>
        public ushort Held;

        /// <summary>Where the next one goes.</summary>
        public ushort Next;

        /// <summary>Time of the latest sample.</summary>
        public long LatestNs;
        public RingWay To;
        public RingWay From;
    }

    /// <summary>One direction of a flow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RingWay
    {
        /// <summary>Since when the level is in force; 0: there was no packet.</summary>
        public long SinceNs;

        /// <summary>Packets that there were before the present interval.</summary>
        public uint PdusBefore;
        public byte Level;

        /// <summary>Samples of the present interval; some thirty at most, for each beyond the fourth halves what comes.</summary>
        public byte Samples;

        /// <summary>
        /// The coarsest level since the latest sample: at a level that no sample shows, packets were left out that whoever reads the samples would miss.
        /// </summary>
        public byte Coarsest;
    }

    /// <summary>A sample, its time without the upper 16 bits.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 2)]
    private struct RingSample
    {
        public ushort TimeHigh;
        public uint TimeLow;
        public uint Packed;
        public uint Identity;
    }
}
