namespace Rtfm.Agent;

/// <summary>Someone who is told what happens: an entry of <c>Rtfm:Agent:Notify</c>.</summary>
public sealed record NotifyOptions
{
    /// <summary>Where: <c>udp:ADDRESS:PORT</c>.</summary>
    public string To { get; init; } = "";

    /// <summary>v1, v2c or v3.</summary>
    public string Version { get; init; } = "v2c";

    /// <summary>Of v1 and v2c: the community that the receiver expects. A secret.</summary>
    public string? Community { get; init; }

    /// <summary>Of v3: the name of a user. Traps need him at this agent, informs at the receiver's engine.</summary>
    public string? User { get; init; }

    /// <summary>Sent until it is acknowledged; v1 cannot.</summary>
    public bool Inform { get; init; }
}
