namespace Rtfm.Snmp.Messages;

/// <summary>error-status of a Response (RFC 3416 §3); 0 to 5 are all that SNMPv1 knows.</summary>
public enum ErrorStatus
{
    NoError = 0,
    TooBig = 1,
    NoSuchName = 2,
    BadValue = 3,
    ReadOnly = 4,
    GenErr = 5,
    NoAccess = 6,
    WrongType = 7,
    WrongLength = 8,
    WrongEncoding = 9,
    WrongValue = 10,
    NoCreation = 11,
    InconsistentValue = 12,
    ResourceUnavailable = 13,
    CommitFailed = 14,
    UndoFailed = 15,
    AuthorizationError = 16,
    NotWritable = 17,
    InconsistentName = 18,
}

/// <summary>What people call the errors.</summary>
public static class ErrorStatuses
{
    /// <summary>As RFC 3416 spells it: wrongValue.</summary>
    public static string Words(this ErrorStatus status) => char.ToLowerInvariant(status.ToString()[0]) + status.ToString()[1..];
}
