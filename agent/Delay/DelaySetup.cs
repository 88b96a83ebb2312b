using System.Globalization;
using System.Linq;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay;

/// <summary>The settings of delay and loss, checked and read.</summary>
/// <param name="Control">What a meter begins with whose manager has set nothing.</param>
/// <param name="ClockOffsetNs">What is added to timestamps.</param>
/// <param name="ClockErrorNs">The clock is right within that, whatever the kernel says; null: as it says.</param>
internal sealed record DelaySetup(DelayControl Control, long ClockOffsetNs, long? ClockErrorNs = null)
{
    private const string Section = $"{AgentOptions.Section}:{nameof(AgentOptions.Delay)}";
    private const long Millisecond = 1_000_000;
    private const long LongestOffsetNs = 86_400_000 * Millisecond;

    private static readonly (string Unit, long Ns)[] Units = [("ns", 1), ("us", 1_000), ("ms", Millisecond), ("s", 1_000 * Millisecond)];

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static DelaySetup Of(DelayOptions options)
    {
        var control = new DelayControl
        {
            IntervalMs = Milliseconds(nameof(options.Interval), options.Interval, DelayControl.ShortestIntervalMs, SampleSettings.LongestIntervalMs),
            WindowMs = Milliseconds(nameof(options.Window), options.Window, 1, DelayControl.LongestWindowMs),
            HashFunction = FunctionOf(options.HashFunction),
            Seed = options.Seed,
            PayloadOctets = InRange(nameof(options.PayloadOctets), options.PayloadOctets, 0, KeySettings.MostPayloadOctets, "octets"),
            RingLength = InRange(nameof(options.RingLength), options.RingLength, DelayControl.ShortestRing, SamplePackage.MostSamples, "samples"),
        };
        var offset = Duration(nameof(options.ClockOffset), options.ClockOffset, -LongestOffsetNs, LongestOffsetNs, "from -86400s to 86400s");
        var error = options.ClockError is { } text
            ? Duration(nameof(options.ClockError), text, 0, LongestOffsetNs, "from 0s to 86400s")
            : (long?)null;
        return new(control, offset, error);
    }

    /// <summary>The limits that people want to hear of.</summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static IReadOnlyList<DelayLimit> LimitsOf(DelayOptions options) => [.. options.Limits.Select(LimitOf)];

    private static DelayLimit LimitOf(DelayLimitOptions options, int index)
    {
        var place = $"{nameof(DelayOptions.Limits)}:{index}";
        if (options.Delay is null && options.Loss is null)
            throw new SettingsException($"{Section}:{place} has neither Delay nor Loss. Write one of them, or both.");
        if (options.Loss is not (null or >= 0 and <= 100))
            throw new SettingsException($"{Section}:{place}:Loss is {options.Loss}. Write percent, from 0 to 100.");
        var delay = options.Delay is { } text ? Duration($"{place}:Delay", text, 0, LongestOffsetNs, "from 0s to 86400s") : (long?)null;
        var patience = Duration($"{place}:For", options.For, 0, LongestOffsetNs, "from 0s to 86400s");
        return new(options.RuleSet, delay, options.Loss / 100, TimeSpan.FromMicroseconds(patience / 1_000.0));
    }

    private static HashFunction FunctionOf(string name) =>
        Enum.TryParse<HashFunction>(name, ignoreCase: true, out var function) && Enum.IsDefined(function) && !char.IsAsciiDigit(name[0])
            ? function
            : throw Wrong(nameof(DelayOptions.HashFunction), name, "no such function", "Write bob, ipsx or crc.");

    private static int Milliseconds(string name, string value, int lowest, int highest) =>
        (int)(Duration(name, value, lowest * Millisecond, highest * Millisecond, $"from {lowest}ms to {highest}ms") / Millisecond);

    private static long Duration(string name, string value, long lowest, long highest, string range)
    {
        foreach (var (unit, ns) in Units)
        {
            if (
                value.EndsWith(unit, StringComparison.Ordinal)
                && decimal.TryParse(
                    value[..^unit.Length],
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
            {
                // No more than what can be multiplied.
                number = Math.Clamp(number, -1_000_000_000_000, 1_000_000_000_000) * ns;
                return number >= lowest && number <= highest ? (long)number : throw Wrong(name, value, "out of range", $"Write a duration {range}.");
            }
        }
        throw Wrong(name, value, "no duration", "Write a number and its unit, ns, us, ms or s: for example 100ms.");
    }

    private static int InRange(string name, int value, int lowest, int highest, string unit) =>
        value >= lowest && value <= highest
            ? value
            : throw new SettingsException($"{Section}:{name} is {value}. Write a number of {unit} from {lowest} to {highest}.");

    private static SettingsException Wrong(string name, string value, string complaint, string remedy) =>
        new($"{Section}:{name} is '{value}': {complaint}. {remedy}");
}
