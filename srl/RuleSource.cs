namespace Rtfm.Srl;

/// <summary>Reads rule sets as people write them: <c>.srl</c> files are programs (RFC 2723), all others rules of the packet matching engine.</summary>
public static class RuleSource
{
    /// <param name="name">The rule set's name; the file's unless given.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static AssembledRuleSet Read(string path, string? name = null) =>
        Path.GetExtension(path).Equals(".srl", StringComparison.OrdinalIgnoreCase)
            ? SrlCompiler.CompileFile(path, name)
            : RuleAssembler.AssembleFile(path, name);
}
