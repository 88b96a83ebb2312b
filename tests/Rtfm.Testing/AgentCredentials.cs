namespace Rtfm.Testing;

/// <summary>A state folder as <c>rtfm-agent init</c> makes it, with its users' credentials.</summary>
public sealed class AgentCredentials : IDisposable
{
    public AgentCredentials()
    {
        var made = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "init", "--state", StateDirectory]);
        if (made.ExitCode != 0)
            throw new InvalidOperationException(made.Errors);
    }

    public string StateDirectory { get; } = Directory.CreateTempSubdirectory("rtfm-init-").FullName;

    /// <summary>The file of a user who may only read.</summary>
    public string Reader => Path.Combine(StateDirectory, "credentials", "rtfm-reader.conf");

    /// <summary>The file of a user who may also write.</summary>
    public string Writer => Path.Combine(StateDirectory, "credentials", "rtfm-writer.conf");

    public void Dispose() => Directory.Delete(StateDirectory, recursive: true);
}
