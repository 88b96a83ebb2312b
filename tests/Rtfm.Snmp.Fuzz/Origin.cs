namespace Rtfm.Snmp.Fuzz;

/// <summary>Where an input comes from.</summary>
internal enum Origin
{
    /// <summary>This machine.</summary>
    Here,

    /// <summary>An address that may be another's.</summary>
    Elsewhere,

    /// <summary>A connection whose other end has proved who he is.</summary>
    Connection,
}
