using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>A user with his keys made ready: signs, checks, encrypts and decrypts his messages (RFC 3414 §6 to §8, RFC 3826, RFC 7860).</summary>
/// <remarks>Thread-safe: a user's informs go out on one thread, and what comes back is checked on another.</remarks>
internal sealed class UsmPrincipal
{
    private readonly AesCfb? _aes;
    private readonly Des? _des;
    private readonly ulong _preInitial;

    /// <summary>Has the key worked in already, which saves half of the time; null: made here, or none.</summary>
    private readonly IncrementalHash? _hmac;

    /// <summary>Never the same twice with one key: it begins at random and counts.</summary>
    private ulong _salt = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    public UsmPrincipal(UsmUser user)
    {
        User = user;
        if (user.Priv == PrivProtocol.Des)
        {
            _des = new Des(user.PrivKey.AsSpan(0, Des.BlockLength));
            _preInitial = BinaryPrimitives.ReadUInt64BigEndian(user.PrivKey.AsSpan(Des.BlockLength));
        }
        else if (user.Priv != PrivProtocol.None)
        {
            _aes = new AesCfb(user.PrivKey);
        }
        if (user.Auth.PlatformName() is { } name)
            _hmac = IncrementalHash.CreateHMAC(name, user.AuthKey);
    }

    public UsmUser User { get; }

    /// <summary>Writes the first octets of the HMAC into the message, whose place for them holds zeros.</summary>
    public void Sign(Span<byte> message, Span<byte> tag)
    {
        Span<byte> digest = stackalloc byte[AuthProtocols.LongestDigest];
        Digest(message, digest);
        digest[..tag.Length].CopyTo(tag);
    }

    /// <summary>Is the tag that of the message, of which its place holds zeros?</summary>
    public bool IsSigned(ReadOnlySpan<byte> message, ReadOnlySpan<byte> tag)
    {
        Span<byte> digest = stackalloc byte[AuthProtocols.LongestDigest];
        Digest(message, digest);
        return CryptographicOperations.FixedTimeEquals(digest[..tag.Length], tag);
    }

    /// <summary>Did the user sign the message as it came, with its tag in its place?</summary>
    /// <param name="scratch">For a copy of the message with zeros there.</param>
    public bool HasSigned(ReadOnlySpan<byte> message, int tagAt, ReadOnlySpan<byte> tag, Span<byte> scratch)
    {
        if (tag.Length != User.Auth.TagLength())
            return false;
        var copy = scratch[..message.Length];
        message.CopyTo(copy);
        copy.Slice(tagAt, tag.Length).Clear();
        return IsSigned(copy, tag);
    }

    /// <summary>Encrypts in place.</summary>
    /// <param name="data">With DES, whole blocks.</param>
    /// <param name="salt">Receives what the receiver needs to decrypt: 8 octets.</param>
    public void Encrypt(Span<byte> data, uint boots, uint time, Span<byte> salt)
    {
        var count = Interlocked.Increment(ref _salt);
        if (_des is not null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(salt, boots);
            BinaryPrimitives.WriteUInt32BigEndian(salt[4..], (uint)count);
            _des.Encrypt(data, _preInitial ^ BinaryPrimitives.ReadUInt64BigEndian(salt));
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(salt, count);
        Span<byte> initial = stackalloc byte[AesCfb.BlockLength];
        WriteInitial(initial, boots, time, salt);
        _aes!.Encrypt(data, initial);
    }

    /// <summary>Decrypts into another place of the same length.</summary>
    /// <returns>False where the octets cannot have been encrypted by that protocol.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> encrypted, uint boots, uint time, ReadOnlySpan<byte> salt, Span<byte> data)
    {
        if (salt.Length != PrivProtocols.SaltLength || encrypted.IsEmpty)
            return false;
        if (_des is not null)
        {
            if (encrypted.Length % Des.BlockLength != 0)
                return false;
            encrypted.CopyTo(data);
            _des.Decrypt(data[..encrypted.Length], _preInitial ^ BinaryPrimitives.ReadUInt64BigEndian(salt));
            return true;
        }
        Span<byte> initial = stackalloc byte[AesCfb.BlockLength];
        WriteInitial(initial, boots, time, salt);
        _aes!.Decrypt(encrypted, initial, data);
        return true;
    }

    // RFC 3826 §3.1.2.1.
    private static void WriteInitial(Span<byte> initial, uint boots, uint time, ReadOnlySpan<byte> salt)
    {
        BinaryPrimitives.WriteUInt32BigEndian(initial, boots);
        BinaryPrimitives.WriteUInt32BigEndian(initial[4..], time);
        salt.CopyTo(initial[8..]);
    }

    private void Digest(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        if (_hmac is null)
        {
            User.Auth.Sign(User.AuthKey, message, digest);
            return;
        }
        lock (_hmac)
        {
            _hmac.AppendData(message);
            _hmac.GetHashAndReset(digest);
        }
    }
}
