using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>As many agents as 127.0.0.0/8 has addresses: one socket at all of them, which answers from the address that was asked.</summary>
/// <remarks>A process of its own, so that what the client takes is seen apart.</remarks>
internal static unsafe partial class Responder
{
    public const string Verb = "snmp-agents";

    private const int SolIp = 0;
    private const int IpPktInfo = 8;
    private const int AddressLength = 16;
    private const int ControlLength = 64;
    private const int Longest = 2_048;

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public byte* Name;
        public int NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>Writes its port and answers until its input ends.</summary>
    public static int Run()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = 8 << 20,
            SendBufferSize = 8 << 20,
        };
        socket.SetRawSocketOption(SolIp, IpPktInfo, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        Console.WriteLine(((IPEndPoint)socket.LocalEndPoint!).Port);
        var file = (int)socket.Handle;
        new Thread(() => Serve(file)) { IsBackground = true }.Start();
        Console.In.ReadToEnd();
        return 0;
    }

    private static void Serve(int socket)
    {
        var engine = Engine();
        byte* request = stackalloc byte[Longest];
        byte* answer = stackalloc byte[Longest];
        byte* address = stackalloc byte[AddressLength];
        byte* control = stackalloc byte[ControlLength];
        var vector = default(Vector);
        var message = new Message
        {
            Name = address,
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
        };
        while (true)
        {
            (message.NameLength, message.ControlLength, vector) = (AddressLength, ControlLength, new() { Start = request, Length = Longest });
            var received = Receive(socket, &message, 0);
            if (received <= 0)
                continue;
            var length = engine.Process(new(request, (int)received), new(answer, Longest), new Requester(new(address, AddressLength)));
            // What the kernel told of the address that was asked goes back with the answer, which then comes from there (ip(7) IP_PKTINFO).
            vector = new() { Start = answer, Length = (nuint)length };
            if (length > 0)
                _ = Send(socket, &message, 0);
        }
    }

    private static SnmpEngine Engine()
    {
        var configuration = new SnmpConfiguration().WithStandardAccess().WithCommunity(Server.Community, "reader", Permission.Read);
        var identity = new EngineIdentity(new([0x80, 0, 0x1F, 0x88, 5, 1, 2, 3, 4]), 1, TimeProvider.System);
        var counters = new SnmpCounters();
        var agent = new Snmpv2Mib.Agent
        {
            Description = "simulated",
            ObjectId = new(1, 3, 6, 1, 4, 1, 8072, 9999, 9999),
            Services = 72,
            Modules = [],
            Engine = identity,
            MaxMessageSize = 1_472,
        };
        var mib = new MibTree(new Snmpv2Mib(agent, counters, new Identity(identity)).Providers);
        return new(
            new()
            {
                Identity = identity,
                Configuration = () => configuration,
                Mib = mib,
                Counters = counters,
            }
        );
    }

    private sealed class Identity(EngineIdentity engine) : IControlState<SystemIdentity>
    {
        public SystemIdentity Current { get; } = new();

        public uint Now => (uint)engine.Time * 100;

        public bool TryReplace(SystemIdentity expected, SystemIdentity next) => false;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    private static partial nint Receive(int socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    private static partial nint Send(int socket, Message* message, int flags);
}
