using System.Text;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Client;

/// <summary>What a user's keys are made of: a password, good for every engine, or a key that is good for one.</summary>
public sealed class UserSecret
{
    private readonly Lock _making = new();
    private readonly byte[]? _password;
    private readonly byte[]? _localizedKey;
    private (AuthProtocol Protocol, byte[] Key)? _key;

    private UserSecret(byte[]? password, byte[]? localizedKey) => (_password, _localizedKey) = (password, localizedKey);

    /// <exception cref="ArgumentException">It is shorter than <see cref="KeyLocalization.ShortestPassword"/>.</exception>
    public static UserSecret Password(string password)
    {
        var octets = Encoding.UTF8.GetBytes(password);
        return octets.Length >= KeyLocalization.ShortestPassword
            ? new(octets, null)
            : throw new ArgumentException($"a password has at least {KeyLocalization.ShortestPassword} characters", nameof(password));
    }

    /// <summary>The user's own key at the one engine that is asked (RFC 3414 §2.6).</summary>
    public static UserSecret LocalizedKey(ReadOnlySpan<byte> key) => new(null, key.ToArray());

    internal bool IsPassword => _password is not null;

    public override string ToString() => _password is null ? "localised key" : "password";

    /// <exception cref="ArgumentException">It is a key and of another length.</exception>
    internal void RequireKeyOf(int octets, string protocol)
    {
        if (_localizedKey is not null && _localizedKey.Length != octets)
            throw new ArgumentException($"a key for {protocol} has {octets} octets, not {_localizedKey.Length}");
    }

    internal byte[] AuthKeyAt(EngineId engine, AuthProtocol auth) => _localizedKey ?? KeyLocalization.Localize(auth, KeyFor(auth), engine.Octets);

    internal byte[] PrivKeyAt(EngineId engine, AuthProtocol auth, PrivProtocol priv) =>
        _localizedKey ?? KeyLocalization.LocalizePrivacy(auth, priv, KeyFor(auth), engine.Octets);

    /// <summary>The password's key: a mebioctet is hashed for it, so it is made once for all engines.</summary>
    private byte[] KeyFor(AuthProtocol protocol)
    {
        lock (_making)
        {
            if (_key?.Protocol != protocol)
                _key = (protocol, KeyLocalization.PasswordToKey(protocol, _password));
            return _key.Value.Key;
        }
    }
}
