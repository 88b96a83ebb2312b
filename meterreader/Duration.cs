using System.Globalization;

namespace Rtfm.MeterReader;

/// <summary>Durations as people write them: a number and a unit, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>90d</c>.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (
            text.Length < 2
            || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        )
            return false;
        double? seconds = text[^1] switch
        {
            's' => number,
            'm' => number * 60,
            'h' => number * 3_600,
            'd' => number * 86_400,
            _ => null,
        };
        if (seconds is not (>= 0 and <= 3_153_600_000))
            return false;
        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }
}
