using System.Globalization;

namespace Rtfm.MeterReader;

/// <summary>Sizes as people write them: a number and a unit, <c>512MiB</c>, <c>10GiB</c>.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        foreach (var (unit, size) in Units)
        {
            if (
                text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number <= 1 << 20
            )
            {
                bytes = (long)(number * size);
                return true;
            }
        }
        return false;
    }
}
