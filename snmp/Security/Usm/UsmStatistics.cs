namespace Rtfm.Snmp.Security.Usm;

/// <summary>The counters that Reports carry (RFC 3414 §5 usmStats, RFC 3412 §5 snmpMPDStats, RFC 3413 §4.1.2 contexts).</summary>
internal static class UsmStatistics
{
    public static readonly uint[] UnsupportedSecurityLevels = [1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0];
    public static readonly uint[] NotInTimeWindows = [1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0];
    public static readonly uint[] UnknownUserNames = [1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0];
    public static readonly uint[] UnknownEngineIds = [1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0];
    public static readonly uint[] WrongDigests = [1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0];
    public static readonly uint[] DecryptionErrors = [1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0];
    public static readonly uint[] UnknownPduHandlers = [1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0];
    public static readonly uint[] UnavailableContexts = [1, 3, 6, 1, 6, 3, 12, 1, 4, 0];
    public static readonly uint[] UnknownContexts = [1, 3, 6, 1, 6, 3, 12, 1, 5, 0];
}
