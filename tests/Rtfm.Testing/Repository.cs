namespace Rtfm.Testing;

/// <summary>Where things lie in the checkout the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The captures that the project made itself and keeps.</summary>
    public static string Captures => Path.Combine(Root, "tests", "captures");

    /// <summary>A larger collection of real and broken captures beside the checkout; null where it is absent.</summary>
    public static string? SharedCaptures
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(Root, "..", "shared", "captures"));
            return Directory.Exists(folder) ? folder : null;
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rtfm.sln")))
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("the tests do not run inside a checkout: no Rtfm.sln above them");
        return folder;
    }
}
