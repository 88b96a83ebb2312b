namespace Rtfm.Agent.Capture;

/// <summary>The network interfaces of this machine.</summary>
public static class NetworkInterfaces
{
    /// <summary>The ifIndex of an interface; 0 where there is no such interface.</summary>
    public static int IndexOf(string name) => (int)Libc.InterfaceIndex(name);

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names()
    {
        if (!Directory.Exists("/sys/class/net"))
            return [];
        var names = new List<string>();
        foreach (var path in Directory.GetDirectories("/sys/class/net"))
            names.Add(Path.GetFileName(path));
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
