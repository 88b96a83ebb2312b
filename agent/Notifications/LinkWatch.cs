using System.Globalization;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells when an interface of this machine goes down or comes up again (RFC 2863 §3.1.15, linkDown and linkUp).</summary>
/// <param name="folder">Where the kernel shows them, as /sys/class/net does.</param>
internal sealed class LinkWatch(Action<Notification> raise, string folder = LinkWatch.SysClassNet)
{
    public const string SysClassNet = "/sys/class/net";

    private const int Up = 1;
    private const int Down = 2;
    private const int NotPresent = 6;
    private const int AdminUpFlag = 1;

    private Dictionary<int, Link>? _links;

    /// <param name="Admin">ifAdminStatus.</param>
    /// <param name="Oper">ifOperStatus.</param>
    private readonly record struct Link(int Admin, int Oper);

    /// <summary>To be called about once a second; the first time tells what there is, and nobody of it.</summary>
    public void Look()
    {
        var links = Read();
        foreach (var (index, link) in links)
        {
            // An interface that is new has not changed.
            if (_links is null || !_links.TryGetValue(index, out var was) || was.Oper == link.Oper)
                continue;
            // Into down from anything but notPresent, and out of it: other changes are not told of.
            if (link.Oper == Down && was.Oper != NotPresent)
                raise(Of(Notification.LinkDown, index, link));
            else if (was.Oper == Down && link.Oper != NotPresent)
                raise(Of(Notification.LinkUp, index, link));
        }
        _links = links;
    }

    private static Notification Of(Snmp.Ber.ObjectIdentifier type, int index, Link link) =>
        new(type, Column(1, index, index), Column(7, index, link.Admin), Column(8, index, link.Oper));

    private static VarBind Column(uint column, int index, int value) =>
        new(new(1, 3, 6, 1, 2, 1, 2, 2, 1, column, (uint)index), SnmpValue.Integer(value));

    private Dictionary<int, Link> Read()
    {
        var links = new Dictionary<int, Link>();
        if (!Directory.Exists(folder))
            return links;
        foreach (var path in Directory.GetDirectories(folder))
        {
            // One that goes away meanwhile has no files any more.
            if (!int.TryParse(ReadLine(path, "ifindex"), CultureInfo.InvariantCulture, out var index))
                continue;
            var flags = ReadLine(path, "flags");
            var isAdminUp =
                flags.StartsWith("0x", StringComparison.Ordinal)
                && int.TryParse(flags.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits)
                && (bits & AdminUpFlag) != 0;
            links[index] = new(isAdminUp ? Up : Down, StatusOf(path, isAdminUp));
        }
        return links;
    }

    /// <summary>As the kernel keeps RFC 2863's states; for drivers that do not take part the carrier tells.</summary>
    private static int StatusOf(string path, bool isAdminUp) =>
        ReadLine(path, "operstate") switch
        {
            "notpresent" => NotPresent,
            _ when !isAdminUp => Down,
            "up" => Up,
            "down" => Down,
            "testing" => 3,
            "dormant" => 5,
            "lowerlayerdown" => 7,
            _ => ReadLine(path, "carrier") == "1" ? Up : Down,
        };

    private static string ReadLine(string path, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, file)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
