using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>The MIB modules of the project, as operators' tools see them.</summary>
internal static class MibModules
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "mibs");

    /// <summary>What an operator gives to <c>-M</c>: ours, and what the tools brought along.</summary>
    public static string SearchPath => $"{Folder}:/usr/share/snmp/mibs";

    /// <summary>All modules, by name.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.mib").Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    public static void RequireTools()
    {
        if (!SnmpTool.IsInstalled || !File.Exists("/usr/bin/smilint"))
            Assert.Ignore("Net-SNMP's tools or smilint are not installed");
    }

    public static ToolResult Smilint(string path) => SnmpTool.Run("env", [$"SMIPATH={Folder}", "smilint", "-l", "3", path]);

    /// <summary>The object's number, by <c>snmptranslate</c>, which reads the module and nothing that it does not import.</summary>
    public static string NumberOf(string module, string name)
    {
        var result = SnmpTool.Run("snmptranslate", ["-M", SearchPath, "-m", module, "-On", $"{module}::{name}"]);
        Assert.That(result.Errors, Is.Empty);
        return result.Output.Trim();
    }

    /// <summary>The object's definition, by <c>snmptranslate</c>.</summary>
    public static string DefinitionOf(string module, string name)
    {
        var result = SnmpTool.Run("snmptranslate", ["-M", SearchPath, "-m", module, "-Td", $"{module}::{name}"]);
        Assert.That(result.Errors, Is.Empty);
        return result.Output;
    }
}
