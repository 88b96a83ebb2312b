using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>What the tables of the configuration have in common.</summary>
internal static class ConfigurationTables
{
    public static readonly Smi<string> AdminString = Smi.Utf8(255);

    /// <summary>1 to 32 octets, as most names are.</summary>
    public static readonly Smi<string> Name = Smi.Utf8(32);

    private static readonly Smi<int> StorageSyntax = Smi.Range(1, 5);

    /// <summary>An enumeration of that many values, from 1.</summary>
    public static Smi<int> Enumeration(int values) => Smi.Range(1, values);

    /// <summary>A table of the configuration with its StorageType and RowStatus, which are its last columns.</summary>
    public static MibTable<SnmpConfiguration, TRow> Table<TRow>(
        this ControlPlane<SnmpConfiguration> plane,
        ReadOnlySpan<uint> entry,
        string name,
        uint storageColumn,
        Func<SnmpConfiguration, IndexedRows<TRow>> get,
        Func<SnmpConfiguration, IndexedRows<TRow>, SnmpConfiguration> set,
        CreateRow<TRow> make,
        Func<TRow, bool>? isComplete = null,
        Func<RowChange<SnmpConfiguration, TRow>, ErrorStatus>? check = null
    )
        where TRow : ConfigurationRow, IIndexedRow =>
        plane
            .Table(entry, new IndexedTableRows<SnmpConfiguration, TRow>(get, set, make))
            .ReadCreate(
                storageColumn,
                name + "StorageType",
                StorageSyntax,
                row => (int)row.Storage,
                (row, storage) => row with { Storage = (StorageType)storage }
            )
            .RowStatus(
                storageColumn + 1,
                name + "Status",
                row => row.Status,
                (row, status) => row with { Status = status },
                make,
                isComplete ?? (_ => true)
            )
            .Check(change =>
                CheckStorage(change) is var refused && refused != ErrorStatus.NoError ? refused : check?.Invoke(change) ?? ErrorStatus.NoError
            );

    // RFC 2579 StorageType: what is read-only stays, what is permanent is not removed, and neither is made or ended by a SET.
    private static ErrorStatus CheckStorage<TRow>(RowChange<SnmpConfiguration, TRow> change)
        where TRow : ConfigurationRow
    {
        var (before, after) = (change.Before?.Storage, change.After?.Storage);
        var isKept = before is StorageType.Permanent && after == before;
        if (before is StorageType.ReadOnly || (before is StorageType.Permanent || after is StorageType.Permanent or StorageType.ReadOnly) && !isKept)
            return ErrorStatus.InconsistentValue;
        return after is StorageType.Other ? ErrorStatus.WrongValue : ErrorStatus.NoError;
    }
}
