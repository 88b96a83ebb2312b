using Rtfm.Testing;
using static Rtfm.EndToEnd.Tests.Clients.AgentWithUsers;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>SNMPv3 with Net-SNMP's tools, against a running agent with a user for each pair of protocols.</summary>
public sealed class SnmpV3Tests
{
    private const string SysUpTime = "1.3.6.1.2.1.1.3.0";
    private const string SysLocation = "1.3.6.1.2.1.1.6.0";

    [Test, Combinatorial]
    public void Net_SNMP_reads_with_every_pair_of_protocols(
        [ValueSource(typeof(AgentWithUsers), nameof(Auths))] string auth,
        [ValueSource(typeof(AgentWithUsers), nameof(Privs))] string priv
    )
    {
        var result = Ask("snmpget", UserOf(auth, priv), auth, priv, SysUpTime);
        if (result.Errors.Contains("Invalid", StringComparison.Ordinal))
            Assert.Ignore($"these tools do not have {auth} with {priv}: {result.Errors}");
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Output, Does.Contain("Timeticks"));
    }

    [Test]
    public void A_long_answer_is_encrypted_whole()
    {
        var result = Ask("snmpbulkwalk", "SHA-256AES", "SHA-256", "AES", "1.3");
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Lines, Has.Length.GreaterThan(100));
    }

    [Test]
    public void A_writer_sets() => Assert.That(Set("SHA-256AES--write", "SHA-256", "AES").Output, Does.Contain("here"));

    [Test]
    public void A_reader_does_not_set() => Assert.That(Set("SHA-256AES", "SHA-256", "AES").Errors, Does.Contain("authorizationError"));

    [Test]
    public void A_user_with_a_cipher_is_not_served_without_it()
    {
        var result = Ask("snmpget", "SHA-256AES", "SHA-256", "none", SysUpTime);
        Assert.That(result.Errors, Does.Contain("authorizationError"));
    }

    [Test]
    public void A_user_without_keys_reads_in_the_clear()
    {
        var result = SnmpTool.Run("snmpget", ["-v3", "-u", "open", "-l", "noAuthNoPriv", Target, SysUpTime]);
        Assert.That(result.Output, Does.Contain("Timeticks"), result.Errors);
    }

    [Test]
    public void A_wrong_password_is_told_and_counted()
    {
        var result = SnmpTool.Run("snmpget", [.. Login("SHA-256AES", "SHA-256", "AES", "wrong password"), SysUpTime]);
        Assert.That(result.Errors, Does.Contain("Authentication failure"));
        Assert.That(Ask("snmpget", "SHA-256AES", "SHA-256", "AES", "1.3.6.1.6.3.15.1.1.5.0").Output, Does.Match("Counter32: [1-9]"));
    }

    [Test]
    public void An_unknown_user_is_told()
    {
        var result = SnmpTool.Run("snmpget", [.. Login("nobody", "SHA-256", "AES", Password), SysUpTime]);
        Assert.That(result.Errors, Does.Contain("Unknown user name"));
    }

    [Test]
    public void A_protocol_that_the_user_has_not_is_told()
    {
        var result = Ask("snmpget", "SHA-256none", "SHA-256", "AES", SysUpTime);
        Assert.That(result.Errors, Does.Contain("Unsupported security level"));
    }

    [Test]
    public void An_unknown_context_is_told()
    {
        var result = SnmpTool.Run("snmpget", ["-n", "elsewhere", .. Login("SHA-256AES", "SHA-256", "AES", Password), SysUpTime]);
        Assert.That(result.Errors, Does.Contain("Bad context").Or.Contain("unknown context").IgnoreCase);
    }

    [Test]
    public void Readers_do_not_see_who_there_is()
    {
        var users = Ask("snmpwalk", "SHA-256AES", "SHA-256", "AES", "1.3.6.1.6.3.15.1.2");
        Assert.That(users.Output, Does.Contain("No more").Or.Contain("No Such"));
        var communities = Agent.Snmp("snmpwalk", "1.3.6.1.6.3.18");
        Assert.That(communities.Output, Does.Not.Contain(AgentProcess.WriteCommunity));
    }

    private static string Target => Agent.EndPoint.ToString();

    private static ToolResult Set(string user, string auth, string priv) =>
        SnmpTool.Run("snmpset", [.. Login(user, auth, priv, Password), SysLocation, "s", "here"]);

    private static ToolResult Ask(string tool, string user, string auth, string priv, string name) =>
        SnmpTool.Run(tool, [.. Login(user, auth, priv, Password), name]);

    private static string[] Login(string user, string auth, string priv, string password) =>
        priv == "none"
            ? ["-v3", "-r1", "-t3", "-u", user, "-l", "authNoPriv", "-a", auth, "-A", password, Target]
            : ["-v3", "-r1", "-t3", "-u", user, "-l", "authPriv", "-a", auth, "-A", password, "-x", priv, "-X", password, Target];
}
