namespace Rtfm.Control.Domain;

/// <summary>How the master collects the members' flows, and how that goes (rtfmDomainCollection).</summary>
/// <param name="Mode">parallel or serial.</param>
/// <param name="RoundMilliseconds">How long the last collection took.</param>
/// <param name="Missing">Members that the last one could not read.</param>
/// <param name="Delays">Who reckons delay and loss: master or distributed; empty: it does not tell.</param>
/// <param name="PushTarget">The meter reader that flows are sent to; empty: none.</param>
public sealed record DomainCollection(
    string Mode,
    string Delays,
    uint IntervalSeconds,
    uint Rounds,
    uint RoundMilliseconds,
    uint Members,
    uint Missing,
    uint Records,
    uint Observations,
    string PushTarget,
    uint Pushed,
    uint PushFailures
);
