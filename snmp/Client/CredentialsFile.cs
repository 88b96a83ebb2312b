using System.Text;
using Microsoft.Win32.SafeHandles;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Client;

/// <summary>Credentials in a file, in the words of Net-SNMP's snmp.conf. Words that say nothing of credentials are passed over.</summary>
public static class CredentialsFile
{
    /// <summary>Nobody's credentials are longer, in octets.</summary>
    private const int Longest = 1 << 20;

    // The group may read: a service's file often is root's, with the service as its group.
    private const UnixFileMode Open = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <exception cref="CredentialsException">It cannot be read, others can read or change it, or a word is wrong: the message names file and line.</exception>
    public static SnmpCredentials Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            RequirePrivate(path, file);
            return Parse(path, Text(path, file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsException(fault is FileNotFoundException ? $"{path}: there is no such file" : $"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>Credentials from the words of a file.</summary>
    /// <param name="path">For messages.</param>
    /// <inheritdoc cref="Read"/>
    public static SnmpCredentials Parse(string path, string text)
    {
        var words = new CredentialsWords(path, text);
        if (words.Has("localCert") && !words.Has("defSecurityModel"))
            return CertificateFiles.Read(words);
        if (words.Find("defSecurityModel") is { } model && !model.Equals("usm", StringComparison.OrdinalIgnoreCase))
            return model.Equals("tsm", StringComparison.OrdinalIgnoreCase)
                ? CertificateFiles.Read(words)
                : throw words.Wrong("defSecurityModel", $"is '{model}'. Write usm, or tsm for certificates");
        var version = words.Find("defVersion") switch
        {
            null => words.Has("defSecurityName") || !words.Has("defCommunity") ? SnmpVersion.V3 : SnmpVersion.V2c,
            "1" => SnmpVersion.V1,
            "2c" => SnmpVersion.V2c,
            "3" => SnmpVersion.V3,
            var other => throw words.Wrong("defVersion", $"is '{other}'. Write 1, 2c or 3"),
        };
        if (version != SnmpVersion.V3)
            return new CommunityCredentials(words.Find("defCommunity") ?? throw words.Missing("defCommunity"), version);
        return User(words);
    }

    /// <exception cref="CredentialsException">Others can read or change the file.</exception>
    internal static void RequirePrivate(string path)
    {
        using var file = File.OpenHandle(path);
        RequirePrivate(path, file);
    }

    private static void RequirePrivate(string path, SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Open) != 0)
            throw new CredentialsException($"{path}: others may read or change it. Take that from them: chmod 600 {path}");
    }

    private static UserCredentials User(CredentialsWords words)
    {
        var name = words.Find("defSecurityName") ?? throw words.Missing("defSecurityName");
        var authSecret = words.Secret("defAuthLocalizedKey", "defAuthPassphrase");
        var privSecret = words.Secret("defPrivLocalizedKey", "defPrivPassphrase");
        SecurityLevel? level = words.Find("defSecurityLevel")?.ToLowerInvariant() switch
        {
            null => null,
            "noauthnopriv" => SecurityLevel.NoAuthNoPriv,
            "authnopriv" => SecurityLevel.AuthNoPriv,
            "authpriv" => SecurityLevel.AuthPriv,
            _ => throw words.Wrong("defSecurityLevel", "is no level. Write noAuthNoPriv, authNoPriv or authPriv"),
        };
        var auth = Protocol<AuthProtocol>(words, "defAuthType", authSecret, ProtocolNames.TryParseAuth, "SHA-256");
        // defPassphrase serves for both, which is no privacy where none is named.
        if (!words.Has("defPrivType") && !words.Has("defPrivLocalizedKey") && !words.Has("defPrivPassphrase") && level != SecurityLevel.AuthPriv)
            privSecret = null;
        var priv = Protocol<PrivProtocol>(words, "defPrivType", privSecret, ProtocolNames.TryParsePriv, "AES");
        try
        {
            return new(name, auth, authSecret, priv, privSecret)
            {
                ContextName = words.Find("defContext") ?? "",
                Level =
                    level
                    ?? (
                        authSecret is null ? SecurityLevel.NoAuthNoPriv
                        : privSecret is null ? SecurityLevel.AuthNoPriv
                        : SecurityLevel.AuthPriv
                    ),
            };
        }
        catch (ArgumentException wrong)
        {
            throw new CredentialsException($"{words.Path}: {Reason(wrong)}", wrong);
        }
    }

    private delegate bool TryParseName<T>(string name, out T protocol);

    private static T Protocol<T>(CredentialsWords words, string word, UserSecret? secret, TryParseName<T> tryParse, string example)
        where T : struct
    {
        if (secret is null)
            return default;
        if (words.Find(word) is not { } name)
            throw words.Missing(word, example);
        return tryParse(name, out var protocol) ? protocol : throw words.Wrong(word, $"is '{name}': no such protocol. Write for example {example}");
    }

    /// <summary>The message without the parameter's name.</summary>
    internal static string Reason(ArgumentException wrong) =>
        wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);

    private static string Text(string path, SafeFileHandle file)
    {
        using var stream = new FileStream(file, FileAccess.Read);
        var octets = new byte[Longest];
        var length = stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
        return length < Longest ? Encoding.UTF8.GetString(octets, 0, length) : throw new CredentialsException($"{path}: too long for credentials");
    }
}
