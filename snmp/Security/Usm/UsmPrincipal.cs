using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>A user with his keys made ready: signs, checks, encrypts and decrypts his messages (RFC 3414 §6 to §8, RFC 3826, RFC 7860).</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class UsmPrincipal
{
    private const int AesBlock = 16;

    private readonly Aes? _aes;
    private readonly Des? _des;
    private readonly ulong _preInitial;

    /// <summary>A thread's, not a user's: a client has thousands of them.</summary>
    [ThreadStatic]
    private static byte[]? ThreadsOwn;

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
            _aes = Aes.Create();
            _aes.Key = user.PrivKey;
        }
    }

    public UsmUser User { get; }

    /// <summary>Writes the first octets of the HMAC into the message, whose place for them holds zeros.</summary>
    public void Sign(Span<byte> message, Span<byte> tag)
    {
        Span<byte> digest = stackalloc byte[AuthProtocols.LongestDigest];
        User.Auth.Sign(User.AuthKey, message, digest);
        digest[..tag.Length].CopyTo(tag);
    }

    /// <summary>Is the tag that of the message, of which its place holds zeros?</summary>
    public bool IsSigned(ReadOnlySpan<byte> message, ReadOnlySpan<byte> tag)
    {
        Span<byte> digest = stackalloc byte[AuthProtocols.LongestDigest];
        User.Auth.Sign(User.AuthKey, message, digest);
        return CryptographicOperations.FixedTimeEquals(digest[..tag.Length], tag);
    }

    /// <summary>Encrypts in place.</summary>
    /// <param name="data">With DES, whole blocks.</param>
    /// <param name="salt">Receives what the receiver needs to decrypt: 8 octets.</param>
    public void Encrypt(Span<byte> data, uint boots, uint time, Span<byte> salt)
    {
        _salt++;
        if (_des is not null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(salt, boots);
            BinaryPrimitives.WriteUInt32BigEndian(salt[4..], (uint)_salt);
            _des.Encrypt(data, _preInitial ^ BinaryPrimitives.ReadUInt64BigEndian(salt));
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(salt, _salt);
        Span<byte> initial = stackalloc byte[AesBlock];
        WriteInitial(initial, boots, time, salt);
        var padded = Padded(data);
        _aes!.EncryptCfb(padded, initial, padded, PaddingMode.None, AesBlock * 8);
        padded[..data.Length].CopyTo(data);
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
        Span<byte> initial = stackalloc byte[AesBlock];
        WriteInitial(initial, boots, time, salt);
        var padded = Padded(encrypted);
        _aes!.DecryptCfb(padded, initial, padded, PaddingMode.None, AesBlock * 8);
        padded[..encrypted.Length].CopyTo(data);
        return true;
    }

    // RFC 3826 §3.1.2.1.
    private static void WriteInitial(Span<byte> initial, uint boots, uint time, ReadOnlySpan<byte> salt)
    {
        BinaryPrimitives.WriteUInt32BigEndian(initial, boots);
        BinaryPrimitives.WriteUInt32BigEndian(initial[4..], time);
        salt.CopyTo(initial[8..]);
    }

    /// <summary>A copy in whole blocks, which is what the platform wants; in cipher feedback mode what stands behind changes nothing before it.</summary>
    private static Span<byte> Padded(ReadOnlySpan<byte> data)
    {
        var length = (data.Length + AesBlock - 1) / AesBlock * AesBlock;
        if (ThreadsOwn is null || ThreadsOwn.Length < length)
            ThreadsOwn = new byte[Math.Max(length, 2_048)];
        data.CopyTo(ThreadsOwn);
        return ThreadsOwn.AsSpan(0, length);
    }
}
