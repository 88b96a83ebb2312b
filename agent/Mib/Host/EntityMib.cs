using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>ENTITY-MIB: the machine and the processors in it (RFC 4133 §3). Nothing of it changes while the agent runs.</summary>
internal sealed class EntityMib
{
    private const uint Chassis = 1;
    private const int ChassisClass = 3;
    private const int ProcessorClass = 12;

    private static readonly ObjectIdentifier ZeroDotZero = new(0, 0);

    private readonly RowSnapshot<Part> _parts;

    private sealed record Part(
        int Class,
        string Description,
        string Name,
        uint Container = 0,
        int Position = -1,
        string Revision = "",
        string Firmware = "",
        string Software = "",
        string Serial = "",
        string Maker = "",
        string Model = ""
    )
    {
        public byte[][] Texts { get; } =
        [Octets(Description), Octets(Name), Octets(Revision), Octets(Firmware), Octets(Software), Octets(Serial), Octets(Maker), Octets(Model)];

        private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);
    }

    public EntityMib(Hardware hardware)
    {
        var parts = new List<(uint[], Part)>
        {
            (
                [Chassis],
                new Part(
                    ChassisClass,
                    $"{hardware.Maker} {hardware.Model}".Trim() is { Length: > 0 } known ? known : "computer",
                    Environment.MachineName,
                    Revision: hardware.Version,
                    Firmware: hardware.Firmware,
                    Software: Environment.OSVersion.VersionString,
                    Serial: hardware.Serial,
                    Maker: hardware.Maker,
                    Model: hardware.Model
                )
            ),
        };
        for (var i = 0; i < hardware.Packages.Count; i++)
        {
            var model = hardware.Packages[i];
            parts.Add(
                (
                    [Chassis + 1 + (uint)i],
                    new Part(ProcessorClass, model.Length > 0 ? model : "processor", $"processor {i}", Chassis, i, Model: model)
                )
            );
        }
        _parts = new(parts);
    }

    public IEnumerable<IMibProvider> Providers =>
        [
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1], () => _parts)
                .Octets(2, "entPhysicalDescr", part => part.Texts[0])
                .Oid(3, "entPhysicalVendorType", _ => ZeroDotZero)
                .Integer(4, "entPhysicalContainedIn", part => part.Container)
                .Integer(5, "entPhysicalClass", part => part.Class)
                .Integer(6, "entPhysicalParentRelPos", part => part.Position)
                .Octets(7, "entPhysicalName", part => part.Texts[1])
                .Octets(8, "entPhysicalHardwareRev", part => part.Texts[2])
                .Octets(9, "entPhysicalFirmwareRev", part => part.Texts[3])
                .Octets(10, "entPhysicalSoftwareRev", part => part.Texts[4])
                .Octets(11, "entPhysicalSerialNum", part => part.Texts[5])
                .Octets(12, "entPhysicalMfgName", part => part.Texts[6])
                .Octets(13, "entPhysicalModelName", part => part.Texts[7])
                .Integer(16, "entPhysicalIsFRU", _ => 2), // false: nothing tells what can be exchanged
            ReadOnlyTable.Scalar([1, 3, 6, 1, 2, 1, 47, 1, 4, 1], () => this).TimeTicks(1, "entLastChangeTime", _ => 0),
        ];
}
