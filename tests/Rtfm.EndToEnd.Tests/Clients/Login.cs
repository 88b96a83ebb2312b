namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>Who asks, and in which version.</summary>
/// <param name="Name">A community, or with v3 a user.</param>
internal sealed record Login(string Version, string Name, string Auth = "none", string Priv = "none", string Password = AgentWithUsers.Password)
{
    /// <summary>The context's name; behind an @, its engine ID in hex.</summary>
    public string Context { get; init; } = "";

    /// <summary>The user whom these protocols belong to.</summary>
    public static Login Of(string auth, string priv) => new("v3", AgentWithUsers.UserOf(auth, priv), auth, priv);

    /// <summary>As Net-SNMP's tools want it.</summary>
    public string[] Options =>
        Version == "v3"
            ? ["-v3", "-u", Name, "-l", "authPriv", "-a", Auth, "-A", Password, "-x", Priv, "-X", Password, "-n", Context]
            : [$"-{Version}", "-c", Name];
}
