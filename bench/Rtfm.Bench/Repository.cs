namespace Rtfm.Bench;

/// <summary>Where things lie in the checkout the benchmarks were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Agent => Path.Combine(Root, "out", "rtfm-agent");

    public static string Traces => Path.Combine(Root, "bench", ".cache");

    /// <summary>IP conversations, both directions in one flow; from SRL where there is one.</summary>
    public static string FiveTuple
    {
        get
        {
            var source = Path.Combine(Root, "docs", "rulesets", "five-tuple.srl");
            return File.Exists(source) ? source : Path.ChangeExtension(source, ".rules");
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rtfm.sln")))
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("the benchmarks do not run inside a checkout: no Rtfm.sln above them");
        return folder;
    }
}
