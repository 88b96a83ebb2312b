using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>The figures of UCD-SNMP-MIB that management systems ask a Linux machine for: memory, load averages, processor time.</summary>
internal sealed class UcdMib
{
    private static readonly byte[] Swap = "swap"u8.ToArray();
    private static readonly byte[] SystemStats = "systemStats"u8.ToArray();

    private readonly HostMachine _host;
    private readonly Aged<RowSnapshot<Average>> _averages;

    private sealed record Average(int Index, byte[] Name, double Load)
    {
        public byte[] Text { get; } = Encoding.ASCII.GetBytes(Load.ToString("F2", CultureInfo.InvariantCulture));

        /// <summary>As Net-SNMP packs a float into an Opaque: the tag 0x9F78, the length, the IEEE number.</summary>
        public byte[] Float { get; } = Pack((float)Load);

        private static byte[] Pack(float value)
        {
            byte[] packed = [0x9F, 0x78, 4, 0, 0, 0, 0];
            BinaryPrimitives.WriteSingleBigEndian(packed.AsSpan(3), value);
            return packed;
        }
    }

    public UcdMib(HostMachine host)
    {
        _host = host;
        _averages = new(host.Clock, Links.Freshness, Averages);
    }

    public IEnumerable<IMibProvider> Providers => [Memory(), LoadAverages(), Processors()];

    private ReadOnlyTable<MemoryInfo> Memory() =>
        ReadOnlyTable
            .Scalars([1, 3, 6, 1, 4, 1, 2021, 4], () => _host.Memory)
            .Integer(1, "memIndex", _ => 0)
            .Octets(2, "memErrorName", _ => Swap)
            .Integer(3, "memTotalSwap", memory => Limited(memory.SwapTotal))
            .Integer(4, "memAvailSwap", memory => Limited(memory.SwapFree))
            .Integer(5, "memTotalReal", memory => Limited(memory.Total))
            .Integer(6, "memAvailReal", memory => Limited(memory.Free))
            .Integer(11, "memTotalFree", memory => Limited(memory.Free + memory.SwapFree))
            .Integer(13, "memShared", memory => Limited(memory.Shared))
            .Integer(14, "memBuffer", memory => Limited(memory.Buffers))
            .Integer(15, "memCached", memory => Limited(memory.Cached + memory.Reclaimable))
            .Counter64(18, "memTotalSwapX", memory => memory.SwapTotal)
            .Counter64(19, "memAvailSwapX", memory => memory.SwapFree)
            .Counter64(20, "memTotalRealX", memory => memory.Total)
            .Counter64(21, "memAvailRealX", memory => memory.Free)
            .Counter64(22, "memTotalFreeX", memory => memory.Free + memory.SwapFree)
            .Counter64(24, "memSharedX", memory => memory.Shared)
            .Counter64(25, "memBufferX", memory => memory.Buffers)
            .Counter64(26, "memCachedX", memory => memory.Cached + memory.Reclaimable)
            .Counter64(27, "memSysAvail", memory => memory.Available);

    private ReadOnlyTable<Average> LoadAverages() =>
        ReadOnlyTable
            .Of([1, 3, 6, 1, 4, 1, 2021, 10, 1], () => _averages.Value)
            .Integer(1, "laIndex", row => row.Index)
            .Octets(2, "laNames", row => row.Name)
            .Octets(3, "laLoad", row => row.Text)
            .Integer(5, "laLoadInt", row => (long)Math.Round(row.Load * 100))
            .Octets(6, "laLoadFloat", BerTag.Opaque, row => row.Float);

    private ReadOnlyTable<KernelStatistics> Processors() =>
        ReadOnlyTable
            .Scalars([1, 3, 6, 1, 4, 1, 2021, 11], () => _host.Load.Now)
            .Integer(1, "ssIndex", _ => 1)
            .Octets(2, "ssErrorName", _ => SystemStats)
            .Integer(9, "ssCpuUser", now => Percent(now, times => times.User + times.Nice))
            .Integer(10, "ssCpuSystem", now => Percent(now, times => times.System + times.Interrupt + times.SoftInterrupt))
            .Integer(11, "ssCpuIdle", now => Percent(now, times => times.Idle))
            .Counter32(50, "ssCpuRawUser", now => (uint)now.Total.User)
            .Counter32(51, "ssCpuRawNice", now => (uint)now.Total.Nice)
            .Counter32(52, "ssCpuRawSystem", now => (uint)now.Total.System)
            .Counter32(53, "ssCpuRawIdle", now => (uint)now.Total.Idle)
            .Counter32(54, "ssCpuRawWait", now => (uint)now.Total.IoWait)
            .Counter32(56, "ssCpuRawInterrupt", now => (uint)now.Total.Interrupt)
            // In blocks of 512 octets, of which the kernel's KiB have two.
            .Counter32(57, "ssIORawSent", now => (uint)(now.KibibytesOut * 2))
            .Counter32(58, "ssIORawReceived", now => (uint)(now.KibibytesIn * 2))
            .Counter32(59, "ssRawInterrupts", now => (uint)now.Interrupts)
            .Counter32(60, "ssRawContexts", now => (uint)now.ContextSwitches)
            .Counter32(61, "ssCpuRawSoftIRQ", now => (uint)now.Total.SoftInterrupt)
            .Counter32(62, "ssRawSwapIn", now => (uint)now.PagesSwappedIn)
            .Counter32(63, "ssRawSwapOut", now => (uint)now.PagesSwappedOut)
            .Counter32(64, "ssCpuRawSteal", now => (uint)now.Total.Steal)
            .Counter32(65, "ssCpuRawGuest", now => (uint)now.Total.Guest)
            .Counter32(66, "ssCpuRawGuestNice", now => (uint)now.Total.GuestNice)
            .Integer(67, "ssCpuNumCpus", now => now.Processors.Count);

    private int Percent(KernelStatistics now, Func<ProcessorTimes, ulong> part) => now.Total.Percent(_host.Load.Before.Total, part);

    private RowSnapshot<Average> Averages()
    {
        var loads = _host.System.Loads;
        return new([
            ([1], new Average(1, "Load-1"u8.ToArray(), loads[0])),
            ([2], new Average(2, "Load-5"u8.ToArray(), loads[1])),
            ([3], new Average(3, "Load-15"u8.ToArray(), loads[2])),
        ]);
    }

    /// <summary>KiB in an Integer32.</summary>
    private static long Limited(ulong kibibytes) => (long)Math.Min(kibibytes, int.MaxValue);
}
