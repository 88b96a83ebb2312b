namespace Rtfm.Snmp.Ber;

/// <summary>Why octets could not be read as BER.</summary>
public enum BerError
{
    None,

    /// <summary>An element says it is longer than what surrounds it.</summary>
    CutOff,

    /// <summary>Another identifier octet than the one expected.</summary>
    UnexpectedTag,

    /// <summary>Indefinite length, or a length of more than four octets.</summary>
    BadLength,

    /// <summary>A number without octets, or beyond its type's range.</summary>
    BadNumber,

    /// <summary>A sub-identifier beyond 32 bits or cut off, or more than 128 of them.</summary>
    BadObjectIdentifier,

    /// <summary>Octets left over where an element should end.</summary>
    TrailingOctets,
}
