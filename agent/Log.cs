using Microsoft.Extensions.Logging;

namespace Rtfm.Agent;

/// <summary>Everything the meter logs. 10xx life, 11xx capture, 12xx SNMP, 13xx state, 14xx domain.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(1002, LogLevel.Information, "rule sets running: {RuleSets}")]
    public static partial void Running(ILogger logger, string ruleSets);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "task {Task} of '{Owner}' switched to its standby rule set {RuleSet}: the flow table is {Usage:F1} % full"
    )]
    public static partial void SwitchedToStandby(ILogger logger, uint task, string owner, int ruleSet, double usage);

    [LoggerMessage(
        1004,
        LogLevel.Warning,
        "flood mode: the flow table is {Usage:F1} % full, no new flows are made until a manager sets flowFloodMode to false"
    )]
    public static partial void FloodModeBegan(ILogger logger, double usage);

    [LoggerMessage(1005, LogLevel.Warning, "meter reader {Reader} of '{Owner}' has not collected for {Seconds} s; its row is removed")]
    public static partial void ReaderTimedOut(ILogger logger, uint reader, string owner, int seconds);

    [LoggerMessage(1101, LogLevel.Information, "{Source}: reading as interface {IfIndex}")]
    public static partial void SourceOpened(ILogger logger, string source, uint ifIndex);

    [LoggerMessage(1102, LogLevel.Information, "{Source}: all {Packets} packets read")]
    public static partial void SourceEnded(ILogger logger, string source, ulong packets);

    [LoggerMessage(1103, LogLevel.Error, "{Reason}; next attempt in {Seconds} s")]
    public static partial void SourceFailed(ILogger logger, string reason, double seconds);

    [LoggerMessage(1104, LogLevel.Error, "{Reason}")]
    public static partial void FileFailed(ILogger logger, string reason);

    [LoggerMessage(1201, LogLevel.Error, "SNMP request for {Name} failed; answered genErr")]
    public static partial void ProviderFailed(ILogger logger, Exception fault, string name);

    [LoggerMessage(
        1202,
        LogLevel.Warning,
        "{Address}: since the start {Refused} connections were refused as there were too many, {Broken} closed for what was no message, {TimedOut} for being too slow, {Unidentified} for a certificate that is not trusted or none"
    )]
    public static partial void ConnectionTroubles(ILogger logger, string address, long refused, long broken, long timedOut, long unidentified);

    [LoggerMessage(1203, LogLevel.Information, "sub-agent of {Master}: registered")]
    public static partial void AgentXOpened(ILogger logger, string master);

    [LoggerMessage(1204, LogLevel.Warning, "no AgentX session with {Master}: {Reason}; trying again, with up to 30 s between attempts")]
    public static partial void AgentXLost(ILogger logger, string master, string reason);

    [LoggerMessage(1210, LogLevel.Warning, "{Target} was not notified: {Reason} ({More} more since it was last said)")]
    public static partial void NotNotified(ILogger logger, string target, string reason, int more);

    [LoggerMessage(1211, LogLevel.Error, "links, losses and failed authentications are not watched any more")]
    public static partial void WatchFailed(ILogger logger, Exception fault);

    [LoggerMessage(1301, LogLevel.Error, "{Complaint}")]
    public static partial void StateUnreadable(ILogger logger, string complaint);

    [LoggerMessage(1302, LogLevel.Error, "the meter's state could not be saved; changes made over SNMP will be lost with a restart")]
    public static partial void StateNotSaved(ILogger logger, Exception fault);

    [LoggerMessage(1401, LogLevel.Information, "domain '{Domain}': this agent is the master now, in term {Term}")]
    public static partial void IsMaster(ILogger logger, string domain, uint term);

    [LoggerMessage(1402, LogLevel.Information, "domain '{Domain}': {Address} is the master, in term {Term}")]
    public static partial void FollowsMaster(ILogger logger, string domain, string address, uint term);

    [LoggerMessage(1403, LogLevel.Warning, "domain '{Domain}': no master is heard of")]
    public static partial void HasNoMaster(ILogger logger, string domain);

    [LoggerMessage(1404, LogLevel.Information, "domain '{Domain}': {Address} ({Name}) is a member now")]
    public static partial void MemberJoined(ILogger logger, string domain, string address, string name);

    [LoggerMessage(1405, LogLevel.Information, "domain '{Domain}': {Address} ({Name}) is a member no more")]
    public static partial void MemberLeft(ILogger logger, string domain, string address, string name);

    [LoggerMessage(1406, LogLevel.Warning, "domain '{Domain}': {Address} ({Name}) is silent")]
    public static partial void MemberSilent(ILogger logger, string domain, string address, string name);

    [LoggerMessage(1407, LogLevel.Information, "domain '{Domain}': {Address} ({Name}) is heard of again")]
    public static partial void MemberBack(ILogger logger, string domain, string address, string name);

    [LoggerMessage(1408, LogLevel.Information, "domain '{Domain}': rule set '{RuleSet}' runs in version {Version}")]
    public static partial void RuleSetActivated(ILogger logger, string domain, string ruleSet, uint version);

    [LoggerMessage(1409, LogLevel.Warning, "domain '{Domain}': version {Version} of rule set '{RuleSet}' is given up, all go on with the one before")]
    public static partial void RuleSetGivenUp(ILogger logger, string domain, string ruleSet, uint version);

    [LoggerMessage(1410, LogLevel.Warning, "domain '{Domain}': {Address} has not version {Version} of rule set '{RuleSet}': {Reason}")]
    public static partial void NotDelivered(ILogger logger, string domain, string address, uint version, string ruleSet, string reason);

    [LoggerMessage(
        1411,
        LogLevel.Error,
        "{Address} is of domain {DomainId}, this agent is not, though its settings say '{Domain}'; to join it, put domain.json away"
    )]
    public static partial void ForeignDomain(ILogger logger, string address, string domainId, string domain);

    [LoggerMessage(1412, LogLevel.Warning, "domain '{Domain}': this agent was removed; it stays out until rtfmDomainParticipation is set")]
    public static partial void Removed(ILogger logger, string domain);

    [LoggerMessage(1413, LogLevel.Warning, "member {Address}: {Reason} ({More} more since it was last said)")]
    public static partial void DomainTrouble(ILogger logger, string address, string reason, int more);

    [LoggerMessage(1414, LogLevel.Error, "something of the domain failed and is tried again")]
    public static partial void DomainFailed(ILogger logger, Exception fault);

    [LoggerMessage(1416, LogLevel.Warning, "the flows of {Member} are not collected: {Reason} ({More} more times since this was said last)")]
    public static partial void NotCollected(ILogger logger, string member, string reason, int more);

    [LoggerMessage(1417, LogLevel.Error, "the domain's flows could not be collected")]
    public static partial void CollectionFailed(ILogger logger, Exception fault);

    [LoggerMessage(1415, LogLevel.Warning, "{Address} wants to be a member of domain '{Other}', this is '{Domain}': refused")]
    public static partial void WrongDomain(ILogger logger, string address, string other, string domain);

    [LoggerMessage(1501, LogLevel.Warning, "the clock was set by {Milliseconds:F3} ms: delays around this time are unknown")]
    public static partial void ClockStepped(ILogger logger, double milliseconds);
}
