using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtfm.Agent.Packets;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay;

/// <summary>The latest samples of a flow, in its record of statistics, and the level at which packets are selected in each direction (decision 0013).</summary>
/// <remarks>
/// <para>56 octets, then 14 for each sample. With 16 samples and the record's own 8 it is 288 octets.</para>
/// <para>Two meters see nearly the same packets of a flow, and intervals begin at the same time everywhere, so both come to nearly the same level without a word between them.
/// Where they differ, the coarser one's samples are among those of the finer.</para>
/// </remarks>
internal static unsafe class SampleRing
{
    /// <summary>An interval that has given so many samples makes the level coarser at once, and so does each further one: a burst of a million packets gives some twenty.</summary>
    private const int ManySamples = 4;

    /// <summary>A flow that was silent for 9 hours, or whose clock went so far, begins its ring anew: 48 bits of a time tell it from its neighbours.</summary>
    private const long LongestGapNs = 1L << 45;

    /// <summary>Octets of a ring.</summary>
    public static int Octets(int length) => (sizeof(RingHeader) + length * sizeof(RingSample) + 7) & ~7;

    /// <summary>Takes one packet in.</summary>
    /// <param name="ring">Zeros at first.</param>
    /// <param name="length">How many samples it holds.</param>
    public static void Add(byte* ring, int length, in MatchKey packet, bool isTo, SampleSettings settings)
    {
        if (packet.Identity == 0)
            return;
        var header = (RingHeader*)ring;
        var way = &header->To + (isTo ? 0 : 1);
        var timeNs = unchecked(packet.TimeNs + settings.ClockOffsetNs);
        // A packet that comes late by less than an interval is of this one; else the clock went back.
        if (timeNs >= way->EndNs || timeNs < way->EndNs - 2 * settings.IntervalNs)
            BeginInterval(header, way, timeNs, settings.IntervalNs);
        way->Packets++;
        if (PacketSample.IsSelected(packet.Selection, way->Level))
            Put(header, way, length, timeNs, packet, isTo);
    }

    /// <summary>Reads a copy of a ring, which may have been made while it was written.</summary>
    /// <param name="samples">Room for all.</param>
    public static SamplePackageHeader Read(ReadOnlySpan<byte> ring, int length, Span<PacketSample> samples)
    {
        ref readonly var header = ref MemoryMarshal.AsRef<RingHeader>(ring);
        var all = MemoryMarshal.Cast<byte, RingSample>(ring[sizeof(RingHeader)..])[..length];
        var held = Math.Min((int)header.Held, Math.Min(length, samples.Length));
        var at = header.Next % length;
        var timeNs = Math.Max(header.To.EndNs, header.From.EndNs);
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

    private static void BeginInterval(RingHeader* header, RingWay* way, long timeNs, long intervalNs)
    {
        var begins = timeNs - timeNs % intervalNs;
        var latest = Math.Max(header->To.EndNs, header->From.EndNs);
        if (header->Held > 0 && Math.Abs(begins - latest) > LongestGapNs)
            header->Held = 0;
        if (way->EndNs == 0)
            way->SinceNs = timeNs;
        else if (timeNs >= way->EndNs)
            SetLevel(way, LevelAfter(way, (timeNs - way->EndNs) / intervalNs), begins);
        else
            way->SinceNs = Math.Min(way->SinceNs, timeNs);
        way->EndNs = begins + intervalNs;
        way->Packets = 0;
        way->Samples = 0;
    }

    /// <summary>One sample or two of as many packets as the interval had; finer by no more than one for each interval, so that a flow that pauses does not begin with a sample of each packet.</summary>
    /// <param name="empty">Intervals without a packet that followed.</param>
    private static int LevelAfter(RingWay* way, long empty)
    {
        var fitting = Math.Min(BitOperations.Log2(way->Packets), PacketSample.MaxLevel);
        return (int)Math.Max(Math.Max(fitting, way->Level - 1) - empty, 0);
    }

    private static void SetLevel(RingWay* way, int level, long sinceNs)
    {
        if (level != way->Level)
            (way->Level, way->SinceNs) = ((byte)level, sinceNs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Put(RingHeader* header, RingWay* way, int length, long timeNs, in MatchKey packet, bool isTo)
    {
        var sample = (RingSample*)(header + 1) + header->Next;
        *sample = new RingSample
        {
            TimeHigh = (ushort)(timeNs >> 32),
            TimeLow = (uint)timeNs,
            Packed = PacketSample.Pack(packet.Selection, way->Level, !isTo),
            Identity = packet.Identity,
        };
        header->Next = (ushort)(header->Next + 1 == length ? 0 : header->Next + 1);
        header->Held = (ushort)Math.Min(header->Held + 1, length);
        header->Written++;
        if (++way->Samples >= ManySamples && way->Level < PacketSample.MaxLevel)
            SetLevel(way, way->Level + 1, timeNs + 1);
    }

    /// <summary>The time whose lower 48 bits are these that is nearest to another.</summary>
    private static long Near(long timeNs, long lower)
    {
        const int Upper = 64 - 48;
        return timeNs + ((lower - timeNs) << Upper >> Upper);
    }

    private static SamplingLevel LevelOf(in RingWay way) => new(Math.Min(way.Level, (byte)PacketSample.MaxLevel), way.SinceNs);

    [StructLayout(LayoutKind.Sequential)]
    private struct RingHeader
    {
        /// <summary>Samples there ever were.</summary>
        public uint Written;

        /// <summary>Samples there are.</summary>
        public ushort Held;

        /// <summary>Where the next one goes.</summary>
        public ushort Next;
        public RingWay To;
        public RingWay From;
    }

    /// <summary>One direction of a flow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RingWay
    {
        /// <summary>Since when the level is in force.</summary>
        public long SinceNs;

        /// <summary>When the present interval ends; 0: there was no packet.</summary>
        public long EndNs;

        /// <summary>Packets of the present interval.</summary>
        public uint Packets;
        public byte Level;

        /// <summary>Samples of the present interval; 22 at most, for each beyond the fourth halves what comes.</summary>
        public byte Samples;
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
