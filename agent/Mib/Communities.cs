using System.Net;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Mib;

/// <summary>The communities that the settings say.</summary>
internal static class Communities
{
    /// <summary>Adds them. No default secret: where nothing is set and nobody is known, <c>public</c> may read, on loopback only.</summary>
    /// <exception cref="SettingsException">The agent would listen to a network with nobody who may ask.</exception>
    public static SnmpConfiguration Add(SnmpConfiguration configuration, AgentOptions options)
    {
        var hasUsers = configuration.Users.Count > 0 || configuration.Communities.Count > 0 || options.Tls is not null;
        var read = options.ReadCommunity ?? (hasUsers ? null : "public");
        if (options.ReadCommunity is null && !hasUsers && FindOpen(options) is >= 0 and var open)
        {
            throw new SettingsException(
                $"{AgentOptions.Section}:Listen[{open}] is '{options.Listen[open]}', not loopback, and nobody may ask there. Make users with 'rtfm-agent init', or set {AgentOptions.Section}:ReadCommunity."
            );
        }
        if (read is not null)
            configuration = configuration.WithCommunity(read, StandardAccess.Reader, Permission.Read);
        if (options.WriteCommunity is { } write)
            configuration = configuration.WithCommunity(write, StandardAccess.Writer, Permission.Write);
        return configuration;
    }

    /// <summary>The first address that others can reach; -1: none.</summary>
    private static int FindOpen(AgentOptions options) =>
        Array.FindIndex(
            options.Listen,
            each => TransportAddress.TryParse(each, out var address, out _) && !IPAddress.IsLoopback(address.EndPoint.Address)
        );
}
