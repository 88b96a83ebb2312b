using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Fuzz;

/// <summary>Puts octets to who reads what people write. Each says what is wrong in one way only.</summary>
internal static class Texts
{
    /// <summary>Longer ones have nothing that shorter ones have not.</summary>
    private const int Longest = 1_024;

    /// <summary>What was made of the input: another number, something else.</summary>
    public static int Read(ReadOnlySpan<byte> input)
    {
        // Messages begin otherwise: most inputs go by.
        if (input.Length is < 2 or > Longest || input[0] < ' ' || input[0] == '0' && input[1] != 'x')
            return 0;
        var text = Encoding.UTF8.GetString(input);
        return HashCode.Combine(Credentials(text), Host(text), Listen(text), EngineId.TryParse(text, out _), ObjectIdentifier.TryParse(text, out _));
    }

    private static int Credentials(string text)
    {
        try
        {
            var credentials = CredentialsFile.Parse("file", text);
            _ = credentials.ToString();
            return credentials is UserCredentials user ? HashCode.Combine(user.Auth, user.Priv, user.Level) : (int)credentials.Version;
        }
        catch (CredentialsException wrong)
        {
            // Which complaint, without the value that it names.
            return wrong.Message.Length > 12 ? string.GetHashCode(wrong.Message.AsSpan(0, 12), StringComparison.Ordinal) : -1;
        }
    }

    private static int Host(string text)
    {
        try
        {
            var (_, host, port) = SnmpHost.Parse(text);
            return host.Length > 0 && port is > 0 and < 65_536 ? 1 : throw new InvalidOperationException($"'{text}' was taken for the host '{host}'");
        }
        catch (FormatException)
        {
            return 0;
        }
    }

    private static int Listen(string text)
    {
        if (!TransportAddress.TryParse(text, out var address, out var complaint))
            return complaint.Length;
        return TransportAddress.TryParse(address.ToString(), out var again, out _) && again == address
            ? -(int)address.Kind
            : throw new InvalidOperationException($"'{text}' is shown as '{address}', which is not the same");
    }
}
