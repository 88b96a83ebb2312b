namespace Rtfm.Testing;

/// <summary>The programs under test, as the test run built them.</summary>
public static class Programs
{
    private static readonly Dictionary<string, string> Folders = new()
    {
        ["rtfm-agent"] = "agent",
        ["rtfm-manager"] = "manager",
        ["rtfm-meterreader"] = "meterreader",
    };

    /// <summary>The program's assembly, of the same configuration (Debug or Release) as the tests.</summary>
    public static string Path(string program)
    {
        // …/tests/PROJECT/bin/CONFIGURATION/FRAMEWORK/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var path = System.IO.Path.Combine(Repository.Root, Folders[program], "bin", framework.Parent!.Name, framework.Name, program + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{program} is not built", path);
    }
}
