using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Net-SNMP's snmpd with nothing in its configuration but who may ask.</summary>
internal sealed class NetSnmpAgent : Server
{
    public NetSnmpAgent(string program, string folder)
    {
        EndPoint = new(IPAddress.Loopback, FreePort());
        var configuration = Path.Combine(folder, "snmpd.conf");
        // Logging each request would be held against it.
        File.WriteAllText(
            configuration,
            $"""
            dontLogTCPWrappersConnects yes
            rwcommunity {Community} 127.0.0.1
            createUser {User} SHA-256 "{Password}" AES "{Password}"
            rwuser {User} authPriv

            """
        );
        string[] arguments = ["-f", "-C", "-c", configuration, "-Lf", Path.Combine(folder, "snmpd.log"), $"udp:{EndPoint}"];
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["SNMP_PERSISTENT_DIR"] = folder;
        start.Environment["MIBS"] = "";
        Program = Process.Start(start)!;
        try
        {
            _ = new Exchange(EndPoint).Ask(Requests.Get(Requests.SysUpTime, version: 1), Patience);
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    public override string Name => "snmpd";

    public override IPEndPoint EndPoint { get; }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
