using System.Globalization;

namespace Rtfm.Control.Domain.Selection;

/// <summary>How much each part of a score counts, relative to the others.</summary>
public sealed record SelectionWeights(double Cpu, double Traffic, double Memory, double Answer)
{
    /// <summary>What may be written.</summary>
    public const string Form = "cpu=N,traffic=N,memory=N,answer=N";

    /// <summary>A master's work is processor time and answers in time; memory is plenty as a rule.</summary>
    public static SelectionWeights Default { get; } = new(Cpu: 3, Traffic: 3, Memory: 2, Answer: 2);

    public double Sum => Cpu + Traffic + Memory + Answer;

    /// <summary>Reads <see cref="Form"/>, with commas or lines between; what is not named counts nothing, <c>#</c> begins a comment.</summary>
    /// <exception cref="FormatException">It is written otherwise; the message says what would be right.</exception>
    public static SelectionWeights Parse(string text)
    {
        var weights = new SelectionWeights(0, 0, 0, 0);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text.Split('\n'))
        {
            foreach (var item in line.Split('#')[0].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var parts = item.Split('=', 2, StringSplitOptions.TrimEntries);
                if (parts.Length != 2 || !TryNumber(parts[1], out var number))
                    throw new FormatException($"'{item}' is no weight. Write {Form}, numbers from 0 to 1000.");
                if (!seen.Add(parts[0]))
                    throw new FormatException($"'{parts[0]}' is there twice. Write {Form}.");
                weights = parts[0].ToLowerInvariant() switch
                {
                    "cpu" => weights with { Cpu = number },
                    "traffic" => weights with { Traffic = number },
                    "memory" => weights with { Memory = number },
                    "answer" => weights with { Answer = number },
                    _ => throw new FormatException($"'{parts[0]}' cannot be weighed. Write {Form}."),
                };
            }
        }
        return weights.Sum > 0 ? weights : throw new FormatException($"all weights are 0. Write {Form}, at least one of them above 0.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cpu={Cpu},traffic={Traffic},memory={Memory},answer={Answer}");

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number is >= 0 and <= 1000;
}
