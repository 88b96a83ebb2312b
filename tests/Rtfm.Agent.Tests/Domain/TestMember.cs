using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rtfm.Agent.Commands;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>A whole agent in this process, with an address and a state folder that it keeps when it is started again.</summary>
internal sealed class TestMember : IDisposable
{
    private readonly AgentOptions _options;
    private IHost? _host;

    public TestMember(string folder, string credentials, string domain, DomainOptions settings, string[] join, IPEndPoint? notify = null)
    {
        Folder = folder;
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        MemberUser.Add(credentials, folder);
        _options = new AgentOptions
        {
            Listen = [$"udp:{EndPoint}"],
            ReadCommunity = AgentProcess.ReadCommunity,
            WriteCommunity = AgentProcess.WriteCommunity,
            StateDirectory = folder,
            MaxFlows = 10_000,
            StatisticsMiB = 1,
            Notify = notify is null ? [] : [new NotifyOptions { To = $"udp:{notify}", Community = TrapReceiver.Community }],
            Domain = settings with { Name = domain, Credentials = credentials, Join = join },
        };
    }

    public string Folder { get; }

    public IPEndPoint EndPoint { get; }

    public string Address => EndPoint.ToString();

    public bool IsRunning => _host is not null;

    public DomainNode Node => _host!.Services.GetRequiredService<DomainService>().Node!;

    public TrafficMeter Meter => _host!.Services.GetRequiredService<TrafficMeter>();

    public bool IsMaster => IsRunning && Node.IsMaster;

    public DomainState State => Node.Run(_ => Node.Election.State);

    /// <summary>Of the master that it hears; empty: none.</summary>
    public string MasterAddress => Node.Run(_ => Node.Election.Master?.Address ?? "");

    public void Start()
    {
        _host = RunCommand.Build(_options);
        _host.Start();
    }

    /// <summary>To the others there is no difference between this and a crash: no farewell is said.</summary>
    public void Stop()
    {
        _host!.StopAsync().GetAwaiter().GetResult();
        _host.Dispose();
        _host = null;
    }

    /// <summary>A tool of Net-SNMP in the name of the members' user.</summary>
    public ToolResult Snmp(string tool, params string[] arguments)
    {
        const string word = "defAuthPassphrase ";
        var password = File.ReadLines(_options.Domain!.Credentials!).First(line => line.StartsWith(word, StringComparison.Ordinal))[word.Length..];
        string[] user = ["-v3", "-u", "rtfm-domain", "-l", "authPriv", "-a", "SHA-256", "-A", password, "-x", "AES", "-X", password];
        return SnmpTool.Run(tool, [.. user, "-On", "-Oe", "-r1", "-t3", Address, .. arguments]);
    }

    /// <summary>Takes all rows that the meter's table of rule sets may have.</summary>
    public void FillRuleSets()
    {
        var before = Meter.Current;
        var rows = before.RuleSets;
        for (var number = 10_000u; rows.Count < 1_000; number++)
            rows = rows.With(number, LoadedRuleSet.From((int)number, RuleSet.BuiltIn, "somebody"));
        Assert.That(Meter.TryReplace(before, before with { RuleSets = rows }), Is.True);
    }

    public void Dispose()
    {
        if (IsRunning)
            Stop();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
