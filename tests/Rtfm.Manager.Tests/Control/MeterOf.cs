using System.Net;
using Rtfm.Control;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Control;

/// <summary>A meter to talk to, called <c>edge</c> in messages.</summary>
internal static class MeterOf
{
    public static Meter Agent(SnmpClient client, AgentProcess agent) => At(client, agent.EndPoint);

    public static Meter At(SnmpClient client, IPEndPoint endPoint, double timeoutSeconds = 5, int retries = 1) =>
        new(
            client,
            new SnmpTarget(endPoint, new CommunityCredentials(AgentProcess.WriteCommunity))
            {
                Timeout = TimeSpan.FromSeconds(timeoutSeconds),
                Retries = retries,
                Name = "edge",
            }
        );
}
