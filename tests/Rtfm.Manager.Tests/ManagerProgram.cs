using Rtfm.Testing;

namespace Rtfm.Manager.Tests;

/// <summary>The real <c>rtfm-manager</c>, as a user starts it.</summary>
internal static class ManagerProgram
{
    public static ToolResult Run(params string[] arguments) => SnmpTool.Run("dotnet", [Programs.Path("rtfm-manager"), .. arguments]);

    /// <summary>A rule file of the documentation.</summary>
    public static string Example(string name) => Path.Combine(Repository.Root, "docs", "rulesets", name);
}
