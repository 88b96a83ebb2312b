using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Domain;

/// <summary>A real agent that is a domain of its own, with a user who may write, and what it has in its tables of notifications and users.</summary>
internal sealed class WatchedAgent : IDisposable
{
    /// <summary>rtfmDomainRole.</summary>
    private const int Master = 5;

    private static readonly ObjectIdentifier Targets = new(1, 3, 6, 1, 6, 3, 12, 1, 2);
    private static readonly ObjectIdentifier TargetParams = new(1, 3, 6, 1, 6, 3, 12, 1, 3);
    private static readonly ObjectIdentifier Notify = new(1, 3, 6, 1, 6, 3, 13);
    private static readonly ObjectIdentifier Users = new(1, 3, 6, 1, 6, 3, 15, 1, 2, 2);
    private static readonly ObjectIdentifier TargetAddresses = new(1, 3, 6, 1, 6, 3, 12, 1, 2, 1, 3);
    private static readonly ObjectIdentifier NotifyTypes = new(1, 3, 6, 1, 6, 3, 13, 1, 1, 1, 3);

    private readonly AgentCredentials _credentials = new();
    private readonly AgentProcess _agent;
    private readonly SnmpClient _client = new();
    private readonly SnmpTarget _target;

    public WatchedAgent()
    {
        var member = Path.Combine(_credentials.StateDirectory, "member.conf");
        var made = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "user", "add-member", member, "--state", _credentials.StateDirectory]);
        Assert.That(made.ExitCode, Is.Zero, made.Errors);
        _agent = AgentProcess.Start(_credentials.StateDirectory, "--domain", "small", "--domain-credentials", member);
        _target = new SnmpTarget(_agent.EndPoint, CredentialsFile.Read(_credentials.Writer)) { Timeout = TimeSpan.FromSeconds(3) };
        var role = new ObjectIdentifier([.. DomainMib.Self, 2, 0]);
        Assert.That(() => _client.GetAsync(_target, [role]).GetAwaiter().GetResult()[0].Value.Signed, Is.EqualTo(Master).After(20_000, 50));
    }

    public string Address => _agent.EndPoint.ToString();

    public string Writer => _credentials.Writer;

    /// <summary>snmpNotifyType of each watch that is registered: 1 trap, 2 inform.</summary>
    public int[] NotifyTypesOfWatches() => [.. Walk(NotifyTypes).Select(each => (int)each.Value.Signed)];

    /// <summary>All rows of targets, notifications and users, as text.</summary>
    public string[] Rows() => [.. new[] { Targets, TargetParams, Notify, Users }.SelectMany(Walk).Select(each => $"{each.Name} = {each.Value}")];

    /// <summary>snmpTargetAddrTAddress of the only watch.</summary>
    public VarBind WatchAddress() => Walk(TargetAddresses).Single();

    public VarBind? WatchAddressOrNone() => Walk(TargetAddresses) is [var only] ? only : null;

    public void Set(VarBind varBind) => _client.SetAsync(_target, [varBind]).GetAwaiter().GetResult();

    /// <summary>Has it tell something: a rule set's new version is activated.</summary>
    public void Tell()
    {
        var applied = ManagerProgram.Run(["--credentials", Writer, "domain", "apply", Address, ManagerProgram.Example("domain-flows.srl")]);
        Assert.That(applied.ExitCode, Is.Zero, applied.Output + applied.Errors);
    }

    /// <summary>Nobody but the agent itself says who may do what from now on.</summary>
    public void ForbidUsers()
    {
        // vacmAccessWriteViewName of the writers' group, in the context without a name, any model, authPriv.
        var group = "write-authPriv"u8.ToArray().Select(each => (uint)each).ToArray();
        Set(new(new([1, 3, 6, 1, 6, 3, 16, 1, 4, 1, 6, (uint)group.Length, .. group, 0, 0, 3]), SnmpValue.OctetString(StandardAccess.Restricted)));
    }

    public void Dispose()
    {
        _agent.Dispose();
        _client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _credentials.Dispose();
    }

    private List<VarBind> Walk(ObjectIdentifier under) => _client.WalkAsync(_target, under).ToBlockingEnumerable().ToList();
}
