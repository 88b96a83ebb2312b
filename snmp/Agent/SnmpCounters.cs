namespace Rtfm.Snmp.Agent;

/// <summary>The snmp group: what the engine received, sent and refused (RFC 3418 §2, and the obsolete objects of RFC 1213 that tools still ask for).</summary>
/// <remarks>Written by the request thread only.</remarks>
public sealed class SnmpCounters
{
    public uint InPackets;
    public uint OutPackets;
    public uint InBadVersions;
    public uint InBadCommunityNames;
    public uint InBadCommunityUses;
    public uint InAsnParseErrors;
    public uint InTooBigs;
    public uint InNoSuchNames;
    public uint InBadValues;
    public uint InReadOnlys;
    public uint InGenErrors;
    public uint InTotalRequestVariables;
    public uint InTotalSetVariables;
    public uint InGetRequests;
    public uint InGetNexts;
    public uint InSetRequests;
    public uint InGetResponses;
    public uint InTraps;
    public uint OutTooBigs;
    public uint OutNoSuchNames;
    public uint OutBadValues;
    public uint OutGenErrors;
    public uint OutGetRequests;
    public uint OutGetNexts;
    public uint OutSetRequests;
    public uint OutGetResponses;
    public uint OutTraps;
    public uint SilentDrops;
    public uint ProxyDrops;

    // SNMP-MPD-MIB (RFC 3412 §5).
    public uint UnknownSecurityModels;

    /// <summary>Messages that leave it to the transport to say who sent them, over one that does not (RFC 5591 §7 snmpTsmInvalidCaches).</summary>
    public uint InvalidTransportCaches;
    public uint InvalidMessages;
    public uint UnknownPduHandlers;

    // SNMP-TARGET-MIB (RFC 3413 §4.1).
    public uint UnavailableContexts;
    public uint UnknownContexts;

    // SNMP-USER-BASED-SM-MIB (RFC 3414 §5).
    public uint UnsupportedSecurityLevels;
    public uint NotInTimeWindows;
    public uint UnknownUserNames;
    public uint UnknownEngineIds;
    public uint WrongDigests;
    public uint DecryptionErrors;

    /// <summary>Requests whose sender could not be established: wrong communities, users and passwords.</summary>
    public uint AuthenticationFailures;

    /// <summary>Messages sent for notifications, sent again and discovery included. Written, as <see cref="OutTraps"/>, by who sends them.</summary>
    public uint OutNotificationPackets;

    /// <summary>Requests beyond the rate that one source may have.</summary>
    public uint RateLimited;
}
