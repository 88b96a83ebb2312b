using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>The lab of <c>./rtfm lab</c>, in a folder of its own.</summary>
internal sealed class Lab : IDisposable
{
    /// <summary>The first run publishes the programs, which takes its time.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private Lab(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Ignores the test where there can be no lab.</summary>
    public static Lab Start(int edges)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Ignore("the lab needs Linux and root");
        var lab = new Lab(Path.Combine(Path.GetTempPath(), $"rtfm-lab-{Guid.NewGuid():N}"));
        var up = lab.Run("up", "--edges", $"{edges}");
        if (up.Errors.Contains("no network namespace can be made here", StringComparison.Ordinal))
        {
            lab.Dispose();
            Assert.Ignore(up.Errors);
        }
        if (up.ExitCode != 0)
        {
            lab.Dispose();
            Assert.Fail(up.Output + up.Errors);
        }
        return lab;
    }

    public ToolResult Run(params string[] arguments) =>
        SnmpTool.Run(Path.Combine(Repository.Root, "rtfm"), ["lab", "--folder", Folder, .. arguments], Longest);

    /// <summary>rtfm-manager, at the management network.</summary>
    public ToolResult Manager(params string[] arguments) => Run(["manager", .. arguments]);

    public JsonElement ManagerJson(params string[] arguments)
    {
        var result = Manager([.. arguments, "--json"]);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public void Dispose()
    {
        if (File.Exists(Path.Combine(Folder, "prefix")))
            Run("down");
    }
}
