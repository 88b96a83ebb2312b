using System.Text;

namespace Rtfm.Snmp.Client;

/// <summary>The lines of a file of credentials: a word, blanks, a value, which may stand in quotation marks; <c>#</c> begins a remark.</summary>
internal sealed class CredentialsWords
{
    /// <summary>Beside those that begin with def; Net-SNMP has the first three.</summary>
    private static readonly HashSet<string> CertificateWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "localCert",
        "peerCert",
        "trustCert",
        "localKey",
        "peerName",
    };

    private readonly Dictionary<string, (string Value, int Line)> _values = new(StringComparer.OrdinalIgnoreCase);

    public CredentialsWords(string path, string text)
    {
        Path = path;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var rest = line.TrimStart();
            // [snmp] and the like begin a part for certain programs of Net-SNMP.
            if (rest.IsEmpty || rest[0] is '#' or '[')
                continue;
            var end = rest.IndexOfAny(' ', '\t');
            var word = end < 0 ? rest : rest[..end];
            if (word.StartsWith("def", StringComparison.OrdinalIgnoreCase) || CertificateWords.Contains(word.ToString()))
                _values[word.ToString()] = (Value(end < 0 ? default : rest[end..].Trim()), number);
        }
    }

    public string Path { get; }

    /// <summary>Of a file that a word names: one without a root lies beside this file.</summary>
    public string PathOf(string file) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", file);

    public bool Has(string word) => _values.ContainsKey(word);

    /// <summary>The value that was given last; null: none.</summary>
    public string? Find(string word) =>
        !_values.TryGetValue(word, out var found) ? null
        : found.Value.Length > 0 ? found.Value
        : throw Wrong(word, "has no value");

    /// <summary>A key or a password; defPassphrase is both users' where they have no own; null: none.</summary>
    public UserSecret? Secret(string keyWord, string passwordWord)
    {
        if (Find(keyWord) is { } digits)
        {
            try
            {
                return UserSecret.LocalizedKey(
                    Convert.FromHexString(digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits)
                );
            }
            catch (FormatException)
            {
                throw Wrong(keyWord, "has no hexadecimal digits");
            }
        }
        var word = Has(passwordWord) ? passwordWord : "defPassphrase";
        if (Find(word) is not { } password)
            return null;
        try
        {
            return UserSecret.Password(password);
        }
        catch (ArgumentException wrong)
        {
            throw Wrong(word, $"is too short: {CredentialsFile.Reason(wrong)}");
        }
    }

    public CredentialsException Wrong(string word, string why) =>
        new(_values.TryGetValue(word, out var found) ? $"{Path}:{found.Line}: {word} {why}" : $"{Path}: {word} {why}");

    public CredentialsException Missing(string word, string example = "VALUE") => new($"{Path}: {word} is missing. Write a line: {word} {example}");

    /// <summary>What quotation marks and backslashes mean in Net-SNMP's files.</summary>
    private static string Value(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('"' or '\''))
        {
            var end = text.IndexOfAny(' ', '\t');
            return end < 0 ? text.ToString() : text[..end].ToString();
        }
        var value = new StringBuilder();
        for (var i = 1; i < text.Length && text[i] != text[0]; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }
        return value.ToString();
    }
}
