using System.Globalization;
using System.Text;
using Rtfm.Model;
using Rtfm.Srl.Interpretation;
using Rtfm.Srl.Language;

namespace Rtfm.Srl;

/// <summary>Tells what a program does with a packet, statement by statement.</summary>
public static class SrlExplainer
{
    /// <summary>How a packet is described.</summary>
    public static string PacketNotation => PacketDescription.Notation;

    /// <summary>Runs a program on a packet, in both directions as a meter does (RFC 2722 §4.3).</summary>
    /// <param name="packet">For example <c>tcp 10.0.0.1:1025 &gt; 192.0.2.1:80</c>; attributes that it does not name are zero.</param>
    /// <returns>The steps and what comes of them; null where the program is wrong, which the diagnostics tell.</returns>
    /// <exception cref="FormatException">The packet is described wrongly.</exception>
    public static (string? Steps, IReadOnlyList<Diagnostic> Diagnostics) Explain(string text, string file, string packet)
    {
        var described = PacketDescription.Parse(packet);
        return DeepStack.Run(() =>
        {
            var diagnoser = new Diagnoser();
            var program = SrlCompiler.TryBind(text, file, diagnoser);
            if (program is null)
                return ((string?)null, diagnoser.InOrder());
            var steps = new StringBuilder();
            var interpreter = new ProgramInterpreter(program, (place, step) => Append(steps, place, step));
            steps.Append("First attempt, source to destination as captured:\n");
            var outcome = interpreter.Run(described.Attribute, isReversed: false);
            if (outcome == Opcode.NoMatch)
            {
                steps.Append("No match. Second attempt, source and destination interchanged:\n");
                outcome = interpreter.Run(described.Attribute, isReversed: true);
            }
            steps.Append(ResultOf(outcome, interpreter));
            return (steps.ToString(), diagnoser.InOrder());
        });
    }

    private static void Append(StringBuilder steps, Place place, string step)
    {
        var (line, column) = place.Source.Locate(place.Offset);
        steps.Append(CultureInfo.InvariantCulture, $"  {place.Source.Name}:{line.Number}:{column}: {step}\n");
    }

    private static string ResultOf(Opcode outcome, ProgramInterpreter interpreter)
    {
        if (outcome == Opcode.Ignore)
            return "The packet is ignored.\n";
        if (outcome == Opcode.NoMatch)
            return "The packet matches in neither direction and is not counted.\n";
        var key = interpreter.SavedAttributes.OrderBy(saved => saved.Key);
        var described = key.Select(saved =>
            $"  {FlowAttributes.Get(saved.Key).Name} = {RuleSetWriter.Describe(saved.Key, saved.Value.Mask, saved.Value.Value)}\n"
        );
        return "The packet is counted, in the flow of\n"
            + (interpreter.SavedAttributes.Count == 0 ? "  no attribute at all\n" : string.Concat(described));
    }
}
