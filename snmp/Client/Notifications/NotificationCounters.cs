namespace Rtfm.Snmp.Client.Notifications;

/// <summary>What became of the messages that a receiver got.</summary>
/// <param name="Messages">All.</param>
/// <param name="Accepted">Handed on, or waiting for it.</param>
/// <param name="Dropped">Good ones that came while too many waited.</param>
/// <param name="Refused">Not from whom they should be: wrong community, user, digest, level or time.</param>
/// <param name="Reported">Answered with a Report: first of all, senders of informs who ask for the engine's name and time.</param>
/// <param name="Malformed">No notifications, or none that can be read.</param>
public readonly record struct NotificationCounters(long Messages, long Accepted, long Dropped, long Refused, long Reported, long Malformed);
