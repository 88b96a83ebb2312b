using System.Text;

namespace Rtfm.Srl;

/// <summary>Reads the files that people write rules in.</summary>
internal static class SourceFile
{
    /// <summary>Characters: 65,535 rules with every octet written, and room for comments.</summary>
    public const int MaxLength = 16 << 20;

    /// <summary>The file's text; where it is longer than <see cref="MaxLength"/>, a little more than that.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static string Read(string path)
    {
        using var reader = new StreamReader(path);
        var text = new StringBuilder();
        var buffer = new char[1 << 16];
        // Pipes have no length to ask for; something endless given by mistake is read no further than what is refused anyway.
        while (text.Length <= MaxLength && reader.Read(buffer) is > 0 and var length)
            text.Append(buffer, 0, length);
        return text.ToString();
    }
}
