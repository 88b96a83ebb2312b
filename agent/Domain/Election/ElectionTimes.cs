namespace Rtfm.Agent.Domain.Election;

/// <summary>How long members are patient.</summary>
internal sealed record ElectionTimes
{
    /// <summary>From one claim of the master to the next.</summary>
    public TimeSpan Claim { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>So long after the master was last heard nobody is voted for; a master that does not hear more than half of the members for so long is none.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMilliseconds(1_000);

    /// <summary>Members wait longer than the lease by a random part of this, so that one stands alone.</summary>
    public TimeSpan Spread { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>And by so much more for each member there is.</summary>
    public TimeSpan SpreadPerMember { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>A candidate asks those who have not answered again after so long.</summary>
    public TimeSpan Repetition { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>So long a removed member is still told that it is.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(10);
}
