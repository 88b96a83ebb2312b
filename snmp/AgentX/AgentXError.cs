namespace Rtfm.Snmp.AgentX;

/// <summary>res.error (RFC 2741 §6.2.16); below 256 it is an error-status of SNMPv2, <see cref="Messages.ErrorStatus"/>.</summary>
internal enum AgentXError : ushort
{
    NoError = 0,
    OpenFailed = 256,
    NotOpen = 257,
    IndexWrongType = 258,
    IndexAlreadyAllocated = 259,
    IndexNoneAvailable = 260,
    IndexNotAllocated = 261,
    UnsupportedContext = 262,
    DuplicateRegistration = 263,
    UnknownRegistration = 264,
    UnknownAgentCaps = 265,
    ParseError = 266,
    RequestDenied = 267,
    ProcessingError = 268,
}
