using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Client;

/// <summary>
/// Reads the certificates that a file of credentials names: <c>localCert</c> and <c>localKey</c> are ours, <c>peerCert</c> is the fingerprint of the agent's, or
/// <c>trustCert</c> those who may vouch for it, and for <c>peerName</c> if that is not the name that was asked for.
/// </summary>
/// <remarks>Files are PEM; a path that does not begin at the root is looked for beside the file of credentials.</remarks>
internal static class CertificateFiles
{
    /// <exception cref="CredentialsException">A word is missing or wrong, or a file cannot be used.</exception>
    public static CertificateCredentials Read(CredentialsWords words)
    {
        var chain = Certificates(words, "localCert", words.Find("localCert") ?? throw words.Missing("localCert", "FILE"));
        var certificate = Own(words);
        // What comes first in the file is our own; what follows vouches for it.
        chain.RemoveAt(0);
        var context = words.Find("defContext") ?? "";
        if (words.Has("peerCert") == words.Has("trustCert"))
            throw new CredentialsException(
                $"{words.Path}: write either peerCert sha256:HEX, the fingerprint of the agent's certificate, or trustCert FILE, of those who vouch for it"
            );
        if (words.Find("trustCert") is { } file)
        {
            var trusted = Certificates(words, "trustCert", file);
            return CertificateCredentials.ForAgentsOf(certificate, trusted, words.Find("peerName"), chain, context);
        }
        if (!Fingerprint.TryParse(words.Find("peerCert")!, out var fingerprint, out var complaint))
            throw words.Wrong("peerCert", $"is no fingerprint: {complaint}. 'openssl x509 -noout -sha256 -fingerprint -in FILE' shows it");
        return CertificateCredentials.ForAgent(certificate, fingerprint, chain, context);
    }

    private static X509Certificate2 Own(CredentialsWords words)
    {
        var certificate = words.PathOf(words.Find("localCert")!);
        var key = words.PathOf(words.Find("localKey") ?? words.Find("localCert")!);
        try
        {
            var own = X509Certificate2.CreateFromPemFile(certificate, key);
            CredentialsFile.RequirePrivate(key);
            return own;
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            throw words.Has("localKey")
                ? words.Wrong("localKey", $"is '{key}': {fault.Message}")
                : words.Wrong("localCert", $"is '{certificate}', without its key: {fault.Message} Write localKey FILE if the key is elsewhere");
        }
    }

    private static X509Certificate2Collection Certificates(CredentialsWords words, string word, string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(words.PathOf(file));
            return certificates.Count > 0 ? certificates : throw words.Wrong(word, $"is '{file}': it has no certificate");
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            throw words.Wrong(word, $"is '{file}': {fault.Message}");
        }
    }

    private static bool IsUnreadable(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
