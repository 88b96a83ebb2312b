using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>SNMP-VIEW-BASED-ACM-MIB (RFC 3415 §4): groups, what they may do, and views.</summary>
internal static class VacmMib
{
    private static readonly SortedRows<string> Contexts = SortedRows<string>.Empty.With(0, "");

    public static void Declare(ControlPlane<SnmpConfiguration> plane)
    {
        plane
            .Table([1, 3, 6, 1, 6, 3, 16, 1, 1, 1], new SingleIndexRows<SnmpConfiguration, string>(_ => Contexts))
            .ReadOnly(1, "vacmContextName", ConfigurationTables.Name, name => name);
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 16, 1, 2, 1],
                "vacmSecurityToGroup",
                4,
                state => state.Groups,
                (state, rows) => state with { Groups = rows },
                MakeMember,
                member => member.Group.Length > 0
            )
            .ReadCreate(
                3,
                "vacmGroupName",
                ConfigurationTables.Name,
                member => member.Group,
                (member, group) => member with { Group = group },
                member => member.Group.Length > 0
            );
        plane
            .Table([1, 3, 6, 1, 6, 3, 16, 1, 4, 1], "vacmAccess", 8, state => state.Access, (state, rows) => state with { Access = rows }, MakeAccess)
            .ReadCreate(
                4,
                "vacmAccessContextMatch",
                ConfigurationTables.Enumeration(2),
                entry => entry.IsPrefix ? 2 : 1,
                (entry, match) => entry with { IsPrefix = match == 2 }
            )
            .ReadCreate(
                5,
                "vacmAccessReadViewName",
                ConfigurationTables.Name,
                entry => entry.ReadView,
                (entry, view) => entry with { ReadView = view }
            )
            .ReadCreate(
                6,
                "vacmAccessWriteViewName",
                ConfigurationTables.Name,
                entry => entry.WriteView,
                (entry, view) => entry with { WriteView = view }
            )
            .ReadCreate(
                7,
                "vacmAccessNotifyViewName",
                ConfigurationTables.Name,
                entry => entry.NotifyView,
                (entry, view) => entry with { NotifyView = view }
            );
        SpinLock.Declare(plane, 1, 3, 6, 1, 6, 3, 16, 1, 5, 1, 0);
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 16, 1, 5, 2, 1],
                "vacmViewTreeFamily",
                5,
                state => state.Views,
                (state, rows) => state with { Views = rows },
                MakeFamily
            )
            .ReadCreate(3, "vacmViewTreeFamilyMask", Smi.Octets(0, 16), family => family.Mask, (family, mask) => family with { Mask = mask })
            .ReadCreate(
                4,
                "vacmViewTreeFamilyType",
                ConfigurationTables.Enumeration(2),
                family => family.IsIncluded ? 1 : 2,
                (family, type) => family with { IsIncluded = type == 1 }
            );
    }

    private static GroupMember MakeMember(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var model = reader.Number();
        var name = reader.Text(1, 32);
        return reader.IsWhole && model is >= 1 and <= int.MaxValue ? new() { Model = (SecurityModel)model, SecurityName = name } : null!;
    }

    private static AccessEntry MakeAccess(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var group = reader.Text(1, 32);
        var prefix = reader.Text(0, 32);
        var (model, level) = (reader.Number(), reader.Number());
        return reader.IsWhole && model <= int.MaxValue && level is >= 1 and <= 3
            ? new()
            {
                Group = group,
                ContextPrefix = prefix,
                Model = (SecurityModel)model,
                Level = (SecurityLevel)level,
            }
            : null!;
    }

    private static ViewFamily MakeFamily(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var view = reader.Text(1, 32);
        var subtree = reader.Oid();
        return reader.IsWhole ? new() { View = view, Subtree = subtree } : null!;
    }
}
