namespace Rtfm.Snmp.Fuzz;

/// <summary>What people write: credentials, hosts, addresses, engines.</summary>
internal static class SeedTexts
{
    public static readonly IReadOnlyList<(string Name, string Text)> All =
    [
        (
            "text-user",
            """
            # a user with passwords
            defVersion 3
            defSecurityName "a user"
            defSecurityLevel authPriv
            defAuthType SHA-256
            defAuthPassphrase 'correct horse'
            defPrivType AES
            defPrivPassphrase battery\staple
            defContext elsewhere

            """
        ),
        (
            "text-keys",
            """
            [snmp]
            defSecurityName user
            defAuthType MD5
            defAuthLocalizedKey 0x000102030405060708090a0b0c0d0e0f
            defPrivType DES
            defPrivLocalizedKey 000102030405060708090a0b0c0d0e0f

            """
        ),
        ("text-community", "defVersion 2c\ndefCommunity public\n"),
        ("text-passphrase", "defSecurityName user\ndefAuthType SHA\ndefPassphrase correct horse\n"),
        ("text-host", "meter.example:1161"),
        ("text-host-v6", "[2001:db8::1]:161"),
        ("text-listen", "tlstcp:[::1]:10161"),
        ("text-engine", "0x80001F880501020304"),
    ];
}
