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
        StateFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
