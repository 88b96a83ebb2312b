namespace Rtfm.Agent.Matching;

/// <summary>How a match attempt ended (RFC 2722 §4.3).</summary>
public enum MatchOutcome : byte
{
    /// <summary>The packet does not match this way round; it may the other.</summary>
    NoMatch,

    /// <summary>The packet is of no interest, either way round.</summary>
    Ignore,

    /// <summary>The packet belongs to the flow of the key that was built.</summary>
    Success,
}
