using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>What people and MIBs call the protocols: Net-SNMP's words, and object identifiers (RFC 3414, RFC 3826, RFC 7860; vendors' for the longer AES keys).</summary>
public static class ProtocolNames
{
    private static readonly (AuthProtocol Protocol, string Name, ObjectIdentifier Oid)[] Auths =
    [
        (AuthProtocol.None, "none", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 1)),
        (AuthProtocol.HmacMd5, "MD5", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 2)),
        (AuthProtocol.HmacSha1, "SHA", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 3)),
        (AuthProtocol.HmacSha224, "SHA-224", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 4)),
        (AuthProtocol.HmacSha256, "SHA-256", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 5)),
        (AuthProtocol.HmacSha384, "SHA-384", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 6)),
        (AuthProtocol.HmacSha512, "SHA-512", new(1, 3, 6, 1, 6, 3, 10, 1, 1, 7)),
    ];

    private static readonly (PrivProtocol Protocol, string Name, ObjectIdentifier Oid)[] Privs =
    [
        (PrivProtocol.None, "none", new(1, 3, 6, 1, 6, 3, 10, 1, 2, 1)),
        (PrivProtocol.Des, "DES", new(1, 3, 6, 1, 6, 3, 10, 1, 2, 2)),
        (PrivProtocol.Aes128, "AES", new(1, 3, 6, 1, 6, 3, 10, 1, 2, 4)),
        (PrivProtocol.Aes192, "AES-192", new(1, 3, 6, 1, 4, 1, 14832, 1, 3)),
        (PrivProtocol.Aes256, "AES-256", new(1, 3, 6, 1, 4, 1, 14832, 1, 4)),
        (PrivProtocol.Aes192Cisco, "AES-192-C", new(1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 1)),
        (PrivProtocol.Aes256Cisco, "AES-256-C", new(1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 2)),
    ];

    public static string ToName(this AuthProtocol protocol) => Auths[(int)protocol].Name;

    public static string ToName(this PrivProtocol protocol) => Privs[(int)protocol].Name;

    public static ObjectIdentifier ToOid(this AuthProtocol protocol) => Auths[(int)protocol].Oid;

    public static ObjectIdentifier ToOid(this PrivProtocol protocol) => Privs[(int)protocol].Oid;

    public static bool TryParseAuth(string name, out AuthProtocol protocol)
    {
        // SHA-256 is also written SHA256, SHA also SHA1.
        var at = Array.FindIndex(Auths, each => IsSame(each.Name, name) || each.Protocol == AuthProtocol.HmacSha1 && IsSame("SHA1", name));
        protocol = (AuthProtocol)Math.Max(at, 0);
        return at >= 0;
    }

    public static bool TryParsePriv(string name, out PrivProtocol protocol)
    {
        var at = Array.FindIndex(Privs, each => IsSame(each.Name, name) || each.Protocol == PrivProtocol.Aes128 && IsSame("AES128", name));
        protocol = (PrivProtocol)Math.Max(at, 0);
        return at >= 0;
    }

    public static bool TryFind(ObjectIdentifier oid, out AuthProtocol protocol)
    {
        var at = Array.FindIndex(Auths, each => each.Oid == oid);
        protocol = (AuthProtocol)Math.Max(at, 0);
        return at >= 0;
    }

    public static bool TryFind(ObjectIdentifier oid, out PrivProtocol protocol)
    {
        var at = Array.FindIndex(Privs, each => each.Oid == oid);
        protocol = (PrivProtocol)Math.Max(at, 0);
        return at >= 0;
    }

    private static bool IsSame(string name, string given) =>
        string.Equals(
            name.Replace("-", "", StringComparison.Ordinal),
            given.Replace("-", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase
        );
}
