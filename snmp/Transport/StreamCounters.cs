namespace Rtfm.Snmp.Transport;

/// <summary>What became of the connections to a listener.</summary>
public sealed class StreamCounters
{
    internal long AcceptedCount;
    internal long RefusedCount;
    internal long BrokenCount;
    internal long TimedOutCount;
    internal long UnidentifiedCount;

    public long Accepted => Volatile.Read(ref AcceptedCount);

    /// <summary>Closed at once: there were as many as <see cref="StreamLimits"/> allow.</summary>
    public long Refused => Volatile.Read(ref RefusedCount);

    /// <summary>Closed because what came was no message, or a longer one than is taken.</summary>
    public long Broken => Volatile.Read(ref BrokenCount);

    /// <summary>Closed because a message or the peer's reading of an answer took too long. Connections without requests are not counted.</summary>
    public long TimedOut => Volatile.Read(ref TimedOutCount);

    /// <summary>Closed before the first message: no TLS, no certificate, or one that is not trusted or stands for nobody (RFC 6353 §5.3.2).</summary>
    public long Unidentified => Volatile.Read(ref UnidentifiedCount);

    /// <summary>All that should not happen; it only grows.</summary>
    internal long Troubles => Refused + Broken + TimedOut + Unidentified;
}
