using System.Runtime.InteropServices;

namespace Rtfm.Bench.Processes;

/// <summary>The part of the C library that measuring children needs, with the numbers of Linux.</summary>
internal static partial class Libc
{
    private const string Library = "libc";

    public const int SetChildSubreaper = 36;
    public const int AnyChild = -1;
    public const int NoHang = 1;
    public const int Terminate = 15;
    public const int Kill = 9;

    [LibraryImport(Library, EntryPoint = "prctl")]
    public static partial int Control(int option, nuint value, nuint unused1 = 0, nuint unused2 = 0, nuint unused3 = 0);

    /// <returns>The child that ended; 0: none yet; -1: there is none.</returns>
    [LibraryImport(Library, EntryPoint = "wait4")]
    public static partial int Wait(int process, out int status, int options, out ResourceUsage usage);

    /// <param name="process">Negative: a process group.</param>
    [LibraryImport(Library, EntryPoint = "kill")]
    public static partial int Signal(int process, int signal);
}
