namespace Rtfm.Snmp.Mib;

/// <summary>The writable objects of the system group (RFC 3418 §2).</summary>
public sealed record SystemIdentity
{
    public string Contact { get; init; } = "";

    public string Name { get; init; } = "";

    public string Location { get; init; } = "";
}
