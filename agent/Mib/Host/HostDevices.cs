using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>hrDevice: processors and network interfaces (RFC 2790 §4.4), with the indexes that Net-SNMP gives them.</summary>
internal sealed class HostDevices
{
    private const uint FirstProcessor = 196_608;
    private const uint FirstInterface = 262_144;
    private const int Running = 2;
    private const int Down = 5;

    private static readonly ObjectIdentifier ZeroDotZero = new(0, 0);
    private static readonly ObjectIdentifier ProcessorType = new(1, 3, 6, 1, 2, 1, 25, 3, 1, 3);
    private static readonly ObjectIdentifier NetworkType = new(1, 3, 6, 1, 2, 1, 25, 3, 1, 4);

    private readonly HostMachine _host;
    private readonly Aged<Tables> _tables;

    /// <param name="Number">The kernel's number of the processor; the ifIndex.</param>
    private sealed record Device(uint Index, uint Number, ObjectIdentifier Type, byte[] Name, int Status, uint? Errors, int Load);

    private sealed record Tables(RowSnapshot<Device> All, RowSnapshot<Device> Processors, RowSnapshot<Device> Interfaces);

    public HostDevices(HostMachine host)
    {
        _host = host;
        _tables = new(host.Clock, Links.Freshness, Look);
    }

    public IEnumerable<IMibProvider> Providers =>
        [
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 25, 3, 2, 1], () => _tables.Value.All)
                .Integer(1, "hrDeviceIndex", device => device.Index)
                .Oid(2, "hrDeviceType", device => device.Type)
                .Octets(3, "hrDeviceDescr", device => device.Name)
                .Oid(4, "hrDeviceID", _ => ZeroDotZero)
                .Integer(5, "hrDeviceStatus", device => device.Status)
                .Counter32(6, "hrDeviceErrors", device => device.Errors ?? 0, device => device.Errors is not null),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 25, 3, 3, 1], () => _tables.Value.Processors)
                .Oid(1, "hrProcessorFrwID", _ => ZeroDotZero)
                .Integer(2, "hrProcessorLoad", device => device.Load),
            ReadOnlyTable.Of([1, 3, 6, 1, 2, 1, 25, 3, 4, 1], () => _tables.Value.Interfaces).Integer(1, "hrNetworkIfIndex", device => device.Number),
        ];

    private Tables Look()
    {
        var processors = new List<(uint[], Device)>();
        var name = Name(_host.Hardware.Packages is [{ Length: > 0 } model, ..] ? model : "processor");
        foreach (var number in _host.Load.Now.Processors.Keys)
        {
            var device = new Device(FirstProcessor + number, number, ProcessorType, name, Running, null, _host.Load.Of(number));
            processors.Add(([device.Index], device));
        }
        var interfaces = new List<(uint[], Device)>();
        foreach (var link in _host.Links.Current.Rows)
        {
            var device = new Device(
                FirstInterface + (uint)link.Index,
                (uint)link.Index,
                NetworkType,
                Name($"network interface {link.Name}"),
                link.Status == OperStatus.Up ? Running : Down,
                (uint)(link.Statistics.InErrors + link.Statistics.OutErrors),
                0
            );
            interfaces.Add(([device.Index], device));
        }
        return new(new([.. processors, .. interfaces]), new(processors), new(interfaces));
    }

    /// <summary>hrDeviceDescr has 64 octets.</summary>
    private static byte[] Name(string text) => Encoding.UTF8.GetBytes(text[..Math.Min(text.Length, 64)]);
}
