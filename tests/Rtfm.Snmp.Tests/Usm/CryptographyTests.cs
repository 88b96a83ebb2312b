using System.Text;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Tests.Usm;

/// <summary>Hashes, ciphers and keys against published values.</summary>
public sealed class CryptographyTests
{
    private static readonly EngineId Engine = new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);

    // FIPS 180-4 examples.
    [TestCase("abc", "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7")]
    [TestCase("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "75388B16512776CC5DBA5DA1FD890150B0C6455CB4F58B1952522525")]
    [TestCase("", "D14A028C2A3A2BC9476102BB288234C415A2B01F828EA62AC5B3E42F")]
    public void SHA_224_gives_the_published_digests(string text, string expected)
    {
        var hash = new byte[Sha224.HashLength];
        Sha224.HashData(Encoding.ASCII.GetBytes(text), hash);
        Assert.That(Convert.ToHexString(hash), Is.EqualTo(expected));
    }

    [Test]
    public void SHA_224_hashes_across_blocks()
    {
        // A million times "a" (FIPS 180-4 example).
        var hash = new byte[Sha224.HashLength];
        Sha224.HashData(Encoding.ASCII.GetBytes(new string('a', 1_000_000)), hash);
        Assert.That(Convert.ToHexString(hash), Is.EqualTo("20794655980C91D8BBB4C1EA97618A4BF03F42581948B2EE4EE7AD67"));
    }

    // RFC 4231 §4.2, §4.3.
    [TestCase("0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B", "4869205468657265", "896FB1128ABBDF196832107CD49DF33F47B4B1169912BA4F53684B22")]
    [TestCase("4A656665", "7768617420646F2079612077616E7420666F72206E6F7468696E673F", "A30E01098BC6DBBF45690F3A7E9E6D0F8BBEA2A39E6148008FD05E44")]
    public void HMAC_SHA_224_gives_the_published_digests(string key, string data, string expected)
    {
        var hash = new byte[Sha224.HashLength];
        Sha224.Hmac(Convert.FromHexString(key), Convert.FromHexString(data), hash);
        Assert.That(Convert.ToHexString(hash), Is.EqualTo(expected));
    }

    [Test]
    public void DES_gives_the_published_block()
    {
        // The classic worked example: key 133457799BBCDFF1, block 0123456789ABCDEF.
        var block = Convert.FromHexString("0123456789ABCDEF");
        var des = new Des(Convert.FromHexString("133457799BBCDFF1"));
        des.Encrypt(block, initial: 0);
        Assert.That(Convert.ToHexString(block), Is.EqualTo("85E813540F0AB405"));
        des.Decrypt(block, initial: 0);
        Assert.That(Convert.ToHexString(block), Is.EqualTo("0123456789ABCDEF"));
    }

    // RFC 3414 A.3.1, A.3.2; RFC 7860 has none, so the longer hashes are proved against Net-SNMP elsewhere.
    [TestCase(AuthProtocol.HmacMd5, "9FAF3283884E92834EBC9847D8EDD963", "526F5EED9FCCE26F8964C2930787D82B")]
    [TestCase(AuthProtocol.HmacSha1, "9FB5CC0381497B3793528939FF788D5D79145211", "6695FEBC9288E36282235FC7151F128497B38F3F")]
    public void A_password_becomes_the_published_keys(AuthProtocol protocol, string key, string localized)
    {
        var made = KeyLocalization.PasswordToKey(protocol, "maplesyrup"u8);
        Assert.That(Convert.ToHexString(made), Is.EqualTo(key));
        Assert.That(Convert.ToHexString(KeyLocalization.Localize(protocol, made, Engine.Octets)), Is.EqualTo(localized));
    }

    [Test]
    public void A_short_password_is_refused() =>
        Assert.Throws<ArgumentException>(() => KeyLocalization.PasswordToKey(AuthProtocol.HmacSha1, "seven77"u8));

    [Test]
    public void Every_cipher_gives_back_what_it_was_given([Values] PrivProtocol priv, [Values(1, 15, 16, 17, 100, 1_400)] int length)
    {
        Assume.That(priv, Is.Not.EqualTo(PrivProtocol.None));
        if (priv == PrivProtocol.Des)
            length = (length + 7) / 8 * 8;
        var key = KeyLocalization.PasswordToKey(AuthProtocol.HmacSha1, "maplesyrup"u8);
        var user = new UsmUser
        {
            EngineId = Engine,
            Name = "user",
            Auth = AuthProtocol.HmacSha1,
            AuthKey = KeyLocalization.Localize(AuthProtocol.HmacSha1, key, Engine.Octets),
            Priv = priv,
            PrivKey = KeyLocalization.LocalizePrivacy(AuthProtocol.HmacSha1, priv, key, Engine.Octets),
        };
        var data = new byte[length];
        new Random(length).NextBytes(data);
        var (sent, salt, received) = ((byte[])data.Clone(), new byte[8], new byte[length]);
        new UsmPrincipal(user).Encrypt(sent, 3, 4, salt);
        Assert.That(sent, Is.Not.EqualTo(data));
        Assert.That(new UsmPrincipal(user).TryDecrypt(sent, 3, 4, salt, received));
        Assert.That(received, Is.EqualTo(data));
    }

    [Test]
    public void AES_by_the_processor_is_AES_by_the_platform_both_ways_whatever_the_length([Values(16, 24, 32)] int keyLength)
    {
        var random = new Random(keyLength);
        for (var length = 0; length < 70; length++)
        {
            var (key, initial, data) = (new byte[keyLength], new byte[16], new byte[length]);
            random.NextBytes(key);
            random.NextBytes(initial);
            random.NextBytes(data);
            var (ours, platforms, clear) = ((byte[])data.Clone(), (byte[])data.Clone(), new byte[length]);
            new AesCfb(key).Encrypt(ours, initial);
            new AesCfb(key, usesPlatform: true).Encrypt(platforms, initial);
            Assert.That(ours, Is.EqualTo(platforms));
            new AesCfb(key).Decrypt(ours, initial, clear);
            Assert.That(clear, Is.EqualTo(data));
            new AesCfb(key, usesPlatform: true).Decrypt(ours, initial, clear);
            Assert.That(clear, Is.EqualTo(data));
        }
    }
}
