namespace Rtfm.Snmp.Security.Usm;

/// <summary>What is known of another engine's time (RFC 3414 §2.3): only messages that it signed move it, and never back.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class EngineClock(TimeProvider clock)
{
    /// <summary>Seconds that a message may be old, or early (RFC 3414 §2.2.3).</summary>
    public const int Window = 150;

    private bool _isKnown;
    private long _heardAt;

    /// <summary>snmpEngineBoots; 0 until it is known.</summary>
    public int Boots { get; private set; }

    /// <summary>The latest time that the engine itself named, in seconds (latestReceivedEngineTime).</summary>
    private int Latest { get; set; }

    /// <summary>What its snmpEngineTime should be now, in seconds; 0 until it is known.</summary>
    public int Time => _isKnown ? (int)Math.Min(Latest + (long)clock.GetElapsedTime(_heardAt).TotalSeconds, int.MaxValue) : 0;

    /// <summary>Takes the time of a signed message over, where it is later, and says whether the message is new enough (RFC 3414 §3.2 7 b).</summary>
    public bool TryAdvance(int boots, int time)
    {
        if (!_isKnown || boots > Boots || boots == Boots && time > Latest)
            (_isKnown, Boots, Latest, _heardAt) = (true, boots, time, clock.GetTimestamp());
        return boots == Boots && boots != int.MaxValue && time >= Time - Window;
    }
}
