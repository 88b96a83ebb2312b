using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>SNMP-TLS-TM-MIB (RFC 6353 §7), only to be read: what became of the TLS sessions, and whom certificates stand for.</summary>
/// <remarks>Certificates are matters of the settings. The engine takes sessions and opens none, so all that is about servers' certificates is 0 or empty.</remarks>
public static class TlsMib
{
    /// <summary>snmpTlstmMIB.</summary>
    public static ReadOnlySpan<uint> Root => [1, 3, 6, 1, 2, 1, 198];

    private static readonly ObjectIdentifier[] MapTypes =
    [
        .. Array.ConvertAll(Enum.GetValues<CertificateMapType>(), type => new ObjectIdentifier(1, 3, 6, 1, 2, 1, 198, 1, 1, (uint)type + 1)),
    ];

    private sealed record MapRow(byte[] Fingerprint, CertificateMapType Type, byte[] Data);

    /// <param name="tls">Null: nobody comes over TLS.</param>
    /// <returns>What answers for the module.</returns>
    public static IEnumerable<IMibProvider> Providers(TlsServer? tls)
    {
        var rows = RowsOf(tls?.Map.Rows ?? []);
        return
        [
            Session(tls?.Counters ?? new TlsCounters()),
            Scalar(1, "snmpTlstmCertToTSNCount", (uint)rows.Count),
            LastChanged(2, "snmpTlstmCertToTSNTableLastChanged"),
            ReadOnlyTable
                .Of([.. Root, 2, 2, 1, 3, 1], () => rows)
                .Octets(2, "snmpTlstmCertToTSNFingerprint", row => row.Fingerprint)
                .Oid(3, "snmpTlstmCertToTSNMapType", row => MapTypes[(int)row.Type])
                .Octets(4, "snmpTlstmCertToTSNData", row => row.Data)
                .Integer(5, "snmpTlstmCertToTSNStorageType", _ => (int)StorageType.ReadOnly)
                .Integer(6, "snmpTlstmCertToTSNRowStatus", _ => (int)RowStatus.Active),
            Scalar(4, "snmpTlstmParamsCount", 0),
            LastChanged(5, "snmpTlstmParamsTableLastChanged"),
            Scalar(7, "snmpTlstmAddrCount", 0),
            LastChanged(8, "snmpTlstmAddrTableLastChanged"),
        ];
    }

    private static ReadOnlyTable<TlsCounters> Session(TlsCounters counters) =>
        ReadOnlyTable
            .Scalars([.. Root, 2, 1], () => counters)
            .Counter32(1, "snmpTlstmSessionOpens", _ => 0)
            .Counter32(2, "snmpTlstmSessionClientCloses", _ => 0)
            .Counter32(3, "snmpTlstmSessionOpenErrors", _ => 0)
            .Counter32(4, "snmpTlstmSessionAccepts", now => now.Accepts)
            .Counter32(5, "snmpTlstmSessionServerCloses", now => now.Closes)
            .Counter32(6, "snmpTlstmSessionNoSessions", now => now.NoSessions)
            .Counter32(7, "snmpTlstmSessionInvalidClientCertificates", now => now.InvalidClientCertificates)
            .Counter32(8, "snmpTlstmSessionUnknownServerCertificate", _ => 0)
            .Counter32(9, "snmpTlstmSessionInvalidServerCertificates", _ => 0)
            .Counter32(10, "snmpTlstmSessionInvalidCaches", _ => 0);

    private static ReadOnlyTable<string> Scalar(uint number, string name, uint value) =>
        ReadOnlyTable.Scalar([.. Root, 2, 2, 1, number], () => name).Gauge32(number, name, _ => value);

    /// <summary>The settings are read at the start, and the time of that is 0.</summary>
    private static ReadOnlyTable<string> LastChanged(uint number, string name) =>
        ReadOnlyTable.Scalar([.. Root, 2, 2, 1, number], () => name).TimeTicks(number, name, _ => 0);

    /// <summary>Numbered in the order in which they are tried.</summary>
    private static RowSnapshot<MapRow> RowsOf(IReadOnlyList<CertificateMap.Row> rows)
    {
        var numbered = new List<(uint[], MapRow)>();
        foreach (var row in rows)
        {
            var data = row.Type == CertificateMapType.Specified ? Encoding.UTF8.GetBytes(row.SecurityName) : [];
            numbered.Add(([(uint)numbered.Count + 1], new(row.Fingerprint.ToOctets(), row.Type, data)));
        }
        return new(numbered);
    }
}
