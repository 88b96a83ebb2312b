using System.Text;
using Rtfm.Agent.Metering;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Agent.Mib;

/// <summary>What a client needs to be a user, in the words of Net-SNMP's snmp.conf.</summary>
internal static class CredentialsFile
{
    /// <summary>Writes it for the owner only: the keys are the user's own, good for one engine.</summary>
    public static void Write(string path, UsmUser user)
    {
        var text = $"""
            # SNMPv3 user of the engine {user.EngineId}. Whoever has this file is that user.
            defVersion 3
            defSecurityName {user.Name}
            defSecurityLevel {user.Level.Words()}
            defAuthType {user.Auth.ToName()}
            defAuthLocalizedKey 0x{Convert.ToHexString(user.AuthKey)}
            defPrivType {user.Priv.ToName()}
            defPrivLocalizedKey 0x{Convert.ToHexString(user.PrivKey)}

            """;
        Write(path, text);
    }

    /// <summary>Writes a user that is good for any engine, for the owner only.</summary>
    /// <param name="password">Keys are made of it at each engine.</param>
    public static void Write(string path, string name, string password) =>
        Write(
            path,
            $"""
            # SNMPv3 user that all members of a domain have. Whoever has this file is a member.
            defVersion 3
            defSecurityName {name}
            defSecurityLevel {SecurityLevel.AuthPriv.Words()}
            defAuthType {AuthProtocol.HmacSha256.ToName()}
            defAuthPassphrase {password}
            defPrivType {PrivProtocol.Aes128.ToName()}
            defPrivPassphrase {password}

            """
        );

    private static void Write(string path, string text)
    {
        StateFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
