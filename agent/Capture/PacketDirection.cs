namespace Rtfm.Agent.Capture;

/// <summary>Which way a packet went through an interface.</summary>
public enum PacketDirection : byte
{
    /// <summary>Not known, or nobody wants to know.</summary>
    Unknown,

    /// <summary>It came in there.</summary>
    In,

    /// <summary>It went out there.</summary>
    Out,
}
