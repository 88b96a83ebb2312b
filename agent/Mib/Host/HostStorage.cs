using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>hrStorage: memory under the indexes that Net-SNMP gave its kinds, then the mounted file systems (RFC 2790 §4.3).</summary>
internal sealed class HostStorage
{
    private const uint Other = 1;
    private const uint Ram = 2;
    private const uint VirtualMemory = 3;
    private const uint FixedDisk = 4;
    private const uint RamDisk = 8;
    private const uint NetworkDisk = 10;

    private readonly HostMachine _host;
    private readonly Aged<RowSnapshot<Area>> _areas;

    /// <param name="Unit">Octets.</param>
    /// <param name="Size">In units.</param>
    /// <param name="Used">In units.</param>
    private sealed record Area(uint Index, ObjectIdentifier Type, byte[] Name, uint Unit, ulong Size, ulong Used);

    public HostStorage(HostMachine host)
    {
        _host = host;
        _areas = new(host.Clock, Links.Freshness, Look);
    }

    public IEnumerable<IMibProvider> Providers =>
        [
            ReadOnlyTable
                .Scalar([1, 3, 6, 1, 2, 1, 25, 2, 2], () => _host.Memory)
                .Integer(2, "hrMemorySize", memory => (long)Math.Min(memory.Total, int.MaxValue)),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 25, 2, 3, 1], () => _areas.Value)
                .Integer(1, "hrStorageIndex", area => area.Index)
                .Oid(2, "hrStorageType", area => area.Type)
                .Octets(3, "hrStorageDescr", area => area.Name)
                .Integer(4, "hrStorageAllocationUnits", area => area.Unit)
                .Integer(5, "hrStorageSize", area => (long)Math.Min(area.Size, int.MaxValue))
                .Integer(6, "hrStorageUsed", area => (long)Math.Min(area.Used, int.MaxValue)),
        ];

    private RowSnapshot<Area> Look()
    {
        var memory = _host.Memory;
        var cached = memory.Cached + memory.Reclaimable;
        var areas = new List<Area>
        {
            Memory(1, Ram, "Physical memory", memory.Total, memory.Total - memory.Free),
            Memory(
                3,
                VirtualMemory,
                "Virtual memory",
                memory.Total + memory.SwapTotal,
                memory.Total + memory.SwapTotal - memory.Free - memory.SwapFree
            ),
            Memory(6, Other, "Memory buffers", memory.Total, memory.Buffers),
            Memory(7, Other, "Cached memory", cached, cached),
            Memory(8, Other, "Shared memory", memory.Shared, memory.Shared),
            Memory(10, VirtualMemory, "Swap space", memory.SwapTotal, memory.SwapTotal - memory.SwapFree),
            Memory(11, Other, "Available memory", memory.Available, 0),
        };
        foreach (var mounted in _host.FileSystems.Mounted)
        {
            var unit = mounted.BlockLength;
            areas.Add(
                new(mounted.Index, TypeOf(mounted.Type), Encoding.UTF8.GetBytes(mounted.MountPoint), unit, mounted.Size / unit, mounted.Used / unit)
            );
        }
        var rows = new List<(uint[], Area)>();
        foreach (var area in areas)
            rows.Add(([area.Index], area));
        return new(rows);
    }

    private static Area Memory(uint index, uint type, string name, ulong size, ulong used) =>
        new(index, StorageType(type), Encoding.ASCII.GetBytes(name), 1024, size, used);

    private static ObjectIdentifier TypeOf(string fileSystem) =>
        StorageType(
            fileSystem switch
            {
                "tmpfs" or "ramfs" or "devtmpfs" => RamDisk,
                "nfs" or "nfs4" or "cifs" or "smb3" or "ceph" or "9p" or "virtiofs" => NetworkDisk,
                _ => FixedDisk,
            }
        );

    /// <summary>hrStorageTypes of HOST-RESOURCES-TYPES.</summary>
    private static ObjectIdentifier StorageType(uint number) => new(1, 3, 6, 1, 2, 1, 25, 2, 1, number);
}
