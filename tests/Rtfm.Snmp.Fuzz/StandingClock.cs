namespace Rtfm.Snmp.Fuzz;

/// <summary>Time stands still: a message signed once is good for ever, and a run goes the same way again.</summary>
internal sealed class StandingClock : TimeProvider
{
    public override long GetTimestamp() => 0;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
}
