namespace Rtfm.Snmp.Security.Usm;

/// <summary>How a message is kept from others (RFC 3414 §8, RFC 3826; the longer AES keys as Net-SNMP and the vendors have them).</summary>
public enum PrivProtocol
{
    None,
    Des,
    Aes128,

    /// <summary>Key lengthened as in draft-blumenthal-aes-usm-04.</summary>
    Aes192,

    /// <inheritdoc cref="Aes192"/>
    Aes256,

    /// <summary>Key lengthened as in draft-reeder-snmpv3-usm-3desede-00, which is what Cisco and many others do.</summary>
    Aes192Cisco,

    /// <inheritdoc cref="Aes192Cisco"/>
    Aes256Cisco,
}

/// <summary>What the privacy protocols need.</summary>
public static class PrivProtocols
{
    /// <summary>Octets of the salt that each message carries (msgPrivacyParameters).</summary>
    public const int SaltLength = 8;

    /// <summary>Octets of the key.</summary>
    public static int KeyLength(this PrivProtocol protocol) =>
        protocol switch
        {
            PrivProtocol.Des or PrivProtocol.Aes128 => 16,
            PrivProtocol.Aes192 or PrivProtocol.Aes192Cisco => 24,
            PrivProtocol.Aes256 or PrivProtocol.Aes256Cisco => 32,
            _ => 0,
        };
}
