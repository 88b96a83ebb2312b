using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>The one agent that all clients ask: it has a user for each pair of protocols, and some who may write.</summary>
[SetUpFixture]
internal sealed class AgentWithUsers
{
    public const string Password = "correct horse battery";

    public static readonly string[] Auths = ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"];
    public static readonly string[] Privs = ["none", "DES", "AES", "AES-192", "AES-256"];

    private static string _state = "";

    public static AgentProcess Agent { get; private set; } = null!;

    [OneTimeSetUp]
    public void Start()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        _state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        foreach (var auth in Auths)
        {
            foreach (var priv in Privs)
                AddUser(_state, auth, priv);
        }
        AddUser(_state, "SHA-256", "AES-192-C");
        AddUser(_state, "SHA-256", "AES-256-C");
        AddUser(_state, "SHA-256", "AES", "--write");
        AddUser(_state, "SHA", "AES", "--write");
        Command("user", "add", "open", "--auth", "none", "--priv", "none", "--state", _state);
        Agent = AgentProcess.Start(_state);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        Agent?.Dispose();
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    /// <summary>Who has these protocols: the name is theirs.</summary>
    public static string UserOf(string auth, string priv) => auth + priv;

    /// <summary>Adds <see cref="UserOf"/>, with <see cref="Password"/>; options are part of the name.</summary>
    public static void AddUser(string state, string auth, string priv, params string[] more)
    {
        var passwords = Path.Combine(state, "passwords");
        File.WriteAllText(passwords, Password + "\n");
        var name = UserOf(auth, priv) + string.Concat(more);
        Command(["user", "add", name, "--auth", auth, "--priv", priv, "--password-file", passwords, "--state", state, .. more]);
    }

    private static void Command(params string[] arguments)
    {
        var result = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
    }
}
