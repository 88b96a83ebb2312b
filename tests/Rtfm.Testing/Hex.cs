namespace Rtfm.Testing;

/// <summary>Octets written as people write them in tests: hex, blanks anywhere.</summary>
public static class Hex
{
    public static byte[] Bytes(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));

    public static string Text(ReadOnlySpan<byte> octets) => string.Join(' ', octets.ToArray().Select(b => b.ToString("X2")));
}
