using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Instructions = System.Runtime.Intrinsics.X86.Aes;

namespace Rtfm.Snmp.Security.Usm;

/// <summary>AES in cipher feedback mode of whole blocks, which encrypts blocks whichever the direction (NIST SP 800-38A §6.3; RFC 3826 §3.1.1).</summary>
/// <remarks>
/// With the processor's instructions where it has them: a message's 100 octets take 60 ns so; through the platform 1,200 to 2,000, and 64 octets of garbage,
/// for a cipher that is set up anew with each message.
/// </remarks>
internal sealed class AesCfb
{
    public const int BlockLength = 16;

    private const int Words = 4;

    /// <summary>A thread's, not a user's: a client has thousands of them.</summary>
    [ThreadStatic]
    private static byte[]? ThreadsOwn;

    private readonly Vector128<byte>[] _roundKeys = [];
    private readonly Aes? _platform;

    /// <param name="key">16, 24 or 32 octets.</param>
    /// <param name="usesPlatform">Even where the processor has instructions; for tests.</param>
    public AesCfb(ReadOnlySpan<byte> key, bool usesPlatform = false)
    {
        if (Instructions.IsSupported && !usesPlatform)
        {
            _roundKeys = Expand(key);
            return;
        }
        _platform = Aes.Create();
        _platform.Key = key.ToArray();
    }

    /// <summary>Encrypts in place.</summary>
    /// <param name="initial">A block that is used once with this key.</param>
    public void Encrypt(Span<byte> data, ReadOnlySpan<byte> initial)
    {
        if (_platform is not null)
        {
            var padded = Padded(data);
            _platform.EncryptCfb(padded, initial, padded, PaddingMode.None, BlockLength * 8);
            padded[..data.Length].CopyTo(data);
            return;
        }
        var feedback = Vector128.Create(initial);
        for (; data.Length >= BlockLength; data = data[BlockLength..])
        {
            feedback = EncryptBlock(feedback) ^ Vector128.Create<byte>(data);
            feedback.CopyTo(data);
        }
        EncryptRest(data, data, feedback);
    }

    /// <summary>Decrypts into another place of the same length or more.</summary>
    /// <inheritdoc cref="Encrypt"/>
    public void Decrypt(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> initial, Span<byte> data)
    {
        if (_platform is not null)
        {
            var padded = Padded(encrypted);
            _platform.DecryptCfb(padded, initial, padded, PaddingMode.None, BlockLength * 8);
            padded[..encrypted.Length].CopyTo(data);
            return;
        }
        var feedback = Vector128.Create(initial);
        for (; encrypted.Length >= BlockLength; encrypted = encrypted[BlockLength..], data = data[BlockLength..])
        {
            var block = Vector128.Create(encrypted);
            (EncryptBlock(feedback) ^ block).CopyTo(data);
            feedback = block;
        }
        EncryptRest(encrypted, data, feedback);
    }

    /// <summary>What is left of less than a block goes the same way in both directions.</summary>
    private void EncryptRest(ReadOnlySpan<byte> from, Span<byte> to, Vector128<byte> feedback)
    {
        if (from.IsEmpty)
            return;
        Span<byte> stream = stackalloc byte[BlockLength];
        EncryptBlock(feedback).CopyTo(stream);
        for (var i = 0; i < from.Length; i++)
            to[i] = (byte)(from[i] ^ stream[i]);
    }

    // FIPS 197 §5.1.
    private Vector128<byte> EncryptBlock(Vector128<byte> block)
    {
        ReadOnlySpan<Vector128<byte>> keys = _roundKeys;
        block ^= keys[0];
        for (var round = 1; round < keys.Length - 1; round++)
            block = Instructions.Encrypt(block, keys[round]);
        return Instructions.EncryptLast(block, keys[^1]);
    }

    // FIPS 197 §5.2.
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        var keyWords = key.Length / 4;
        var words = new uint[Words * (keyWords + 7)];
        for (var i = 0; i < keyWords; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        byte constant = 1;
        for (var i = keyWords; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % keyWords == 0)
            {
                word = BitOperations.RotateRight(Substitute(word), 8) ^ constant;
                // Doubled in GF(2^8).
                constant = (byte)(constant << 1 ^ (constant >> 7) * 0x1B);
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = Substitute(word);
            }
            words[i] = words[i - keyWords] ^ word;
        }
        var keys = new Vector128<byte>[words.Length / Words];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = Vector128.Create<uint>(words.AsSpan(Words * i)).AsByte();
        return keys;
    }

    /// <summary>The S-box on each octet: what the instruction leaves in its first word.</summary>
    private static uint Substitute(uint word) => Instructions.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32().ToScalar();

    /// <summary>A copy in whole blocks, which is what the platform wants; in cipher feedback mode what stands behind changes nothing before it.</summary>
    private static Span<byte> Padded(ReadOnlySpan<byte> data)
    {
        var length = (data.Length + BlockLength - 1) / BlockLength * BlockLength;
        if (ThreadsOwn is null || ThreadsOwn.Length < length)
            ThreadsOwn = new byte[Math.Max(length, 2_048)];
        data.CopyTo(ThreadsOwn);
        return ThreadsOwn.AsSpan(0, length);
    }
}
