using System.Text;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Agent.Commands;

/// <summary>Gets passwords from a person or a file; they are not shown, and not taken from the command line, which everyone on the machine can read.</summary>
internal static class Passwords
{
    /// <param name="file">Null: from the terminal, or from what is piped in.</param>
    /// <param name="withPrivacy">Whether one for encryption is needed; where none is given it is the first.</param>
    /// <exception cref="SettingsException">There is none, or it is too short.</exception>
    public static (string Auth, string Priv) Read(string? file, string user, bool withPrivacy)
    {
        string? auth,
            priv = null;
        if (file is not null)
        {
            var lines = File.ReadAllLines(file);
            (auth, priv) = (lines.ElementAtOrNull(0), lines.ElementAtOrNull(1));
        }
        else
        {
            auth = Ask($"Password of {user}: ");
            if (withPrivacy)
                priv = Ask("Password for encryption (empty: the same): ");
        }
        if (string.IsNullOrEmpty(priv))
            priv = auth;
        foreach (var password in new[] { auth, priv })
        {
            if (Encoding.UTF8.GetByteCount(password ?? "") < KeyLocalization.ShortestPassword)
                throw new SettingsException($"A password needs {KeyLocalization.ShortestPassword} characters or more.");
        }
        return (auth!, priv!);
    }

    private static string? ElementAtOrNull(this string[] lines, int at) => at < lines.Length ? lines[at] : null;

    private static string? Ask(string prompt)
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine();
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(typed.Length - 1, 0);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
