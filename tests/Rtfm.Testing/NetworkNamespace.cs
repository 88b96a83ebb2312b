using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Rtfm.Testing;

/// <summary>A network of its own, for as long as a test runs in it: the kernel takes it down with the thread and its sockets.</summary>
public static partial class NetworkNamespace
{
    private const int NewMounts = 0x0002_0000;
    private const int NewNetwork = 0x4000_0000;
    private const nuint PrivateMounts = 0x4_4000; // MS_REC | MS_PRIVATE

    /// <summary>Runs a test in an empty network with a pair of connected Ethernet interfaces, a and b; ignores it where namespaces cannot be made.</summary>
    public static void Run(Action test)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Ignore("network namespaces need Linux and root");
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                test();
            }
            catch (Exception thrown)
            {
                fault = ExceptionDispatchInfo.Capture(thrown);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
    }

    /// <summary>Runs iproute2's <c>ip</c> in the namespace.</summary>
    public static void Ip(string arguments)
    {
        using var ip = Process.Start("ip", arguments);
        ip.WaitForExit();
        Assert.That(ip.ExitCode, Is.Zero, $"ip {arguments}");
    }

    private static void Enter()
    {
        if (Unshare(NewNetwork | NewMounts) != 0)
            Assert.Ignore($"no network namespace: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        // /sys shows the interfaces of the namespace it was mounted in.
        _ = Mount("none", "/", null, PrivateMounts, 0);
        _ = Mount("sysfs", "/sys", "sysfs", 0, 0);
        // An interface that comes up would send what no test asked for.
        foreach (var scope in (string[])["all", "default"])
        {
            if (File.Exists($"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"))
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6", "1");
        }
        Ip("link set lo up");
        Ip("link add name a type veth peer name b");
        Ip("link set dev a up");
        Ip("link set dev b up");
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, nint data);
}
