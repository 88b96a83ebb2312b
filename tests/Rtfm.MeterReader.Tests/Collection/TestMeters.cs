using System.Net;
using Rtfm.MeterReader.Collection;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>Settings for meters of tests.</summary>
internal static class TestMeters
{
    public static MeterSettings Settings(string name = "simulated", params string[] ruleSets) =>
        new(
            name,
            "127.0.0.1",
            new SnmpTarget(new IPEndPoint(IPAddress.Loopback, 161), new CommunityCredentials("writes")) { Name = name },
            TimeSpan.FromSeconds(60),
            10,
            ruleSets,
            [.. MeterSettings.EveryKeyAttribute, .. MeterSettings.Always],
            Owner: null
        );
}
