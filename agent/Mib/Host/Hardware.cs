namespace Rtfm.Agent.Mib.Host;

/// <summary>What the machine is made of, as far as firmware and kernel tell: /sys/class/dmi, the device tree, /proc/cpuinfo. It does not change while it runs.</summary>
/// <param name="Serial">Only root may read it.</param>
/// <param name="Packages">The processors one can hold in a hand: their model names.</param>
internal sealed record Hardware(string Maker, string Model, string Version, string Serial, string Firmware, IReadOnlyList<string> Packages)
{
    private const string Dmi = "/sys/class/dmi/id/";
    private const string Tree = "/proc/device-tree/";

    /// <summary>SnmpAdminString has 255 octets, entPhysicalSerialNum 32.</summary>
    private const int Longest = 255;

    private const int LongestSerial = 32;

    public static Hardware Read() =>
        new(
            Text(Dmi + "sys_vendor"),
            Text(Dmi + "product_name", Tree + "model"),
            Text(Dmi + "product_version"),
            Text(Dmi + "product_serial", Tree + "serial-number") is var serial && serial.Length > LongestSerial ? serial[..LongestSerial] : serial,
            Text(Dmi + "bios_version"),
            ReadPackages()
        );

    private static List<string> ReadPackages()
    {
        var packages = new SortedDictionary<int, string>();
        var (name, number) = ("", 0);
        foreach (var line in File.ReadLines("/proc/cpuinfo"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var key = colon < 0 ? "" : line[..colon].TrimEnd();
            if (key == "processor")
                (name, number) = ("", 0);
            else if (key == "model name")
                name = line[(colon + 1)..].Trim();
            else if (key == "physical id")
                _ = int.TryParse(line.AsSpan(colon + 1), out number);
            // Virtual machines and ARM name no package: then all are in one. A blank line ends each.
            if (line.Length == 0)
                packages.TryAdd(number, name);
        }
        return [.. packages.Values];
    }

    /// <summary>The first of the files that can be read.</summary>
    private static string Text(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            try
            {
                var text = File.ReadAllText(path).Trim('\0', '\n', ' ');
                return text[..Math.Min(text.Length, Longest)];
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // No such file on this machine, or not for us to read.
            }
        }
        return "";
    }
}
