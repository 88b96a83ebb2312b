using System.Runtime.InteropServices;

namespace Rtfm.Agent.Flows;

/// <summary>Memory straight from the operating system, zeroed, in huge pages where it has them: a flow table is read at random places.</summary>
/// <remarks>What is never touched costs address space only.</remarks>
internal static unsafe partial class LargeMemory
{
    private const nuint HugePage = 2 << 20;
    private const int ReadAndWrite = 0x3;
    private const int PrivateAnonymousNoReserve = 0x2 | 0x20 | 0x4000;
    private const int AdviseHugePage = 14;

    /// <summary>Allocates at least so many octets, aligned to a cache line; to a huge page where it fills one.</summary>
    /// <exception cref="InsufficientMemoryException">There is no more address space.</exception>
    public static byte* Allocate(nuint length)
    {
        var padded = length < HugePage ? length : length + HugePage;
        var start = Map(0, padded, ReadAndWrite, PrivateAnonymousNoReserve, -1, 0);
        if (start == -1)
            throw new InsufficientMemoryException($"no {length} octets of memory for flows");
        if (length < HugePage)
            return (byte*)start;
        // Give back what lies around the aligned part.
        var aligned = (nint)(((nuint)start + HugePage - 1) & ~(HugePage - 1));
        var before = (nuint)(aligned - start);
        if (before > 0)
            _ = Unmap(start, before);
        var behind = (aligned + (nint)length + 0xFFF) & ~0xFFF;
        _ = Unmap(behind, (nuint)(start + (nint)padded - behind));
        _ = Advise(aligned, length, AdviseHugePage);
        return (byte*)aligned;
    }

    public static void Free(byte* start, nuint length)
    {
        if (start != null)
            _ = Unmap((nint)start, length);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
