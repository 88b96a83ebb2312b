using System.Collections.Immutable;
using Rtfm.Model;
using Rtfm.Srl.Binding;
using Rtfm.Srl.Compilation;
using Rtfm.Srl.Language;
using Rtfm.Srl.Optimisation;

namespace Rtfm.Srl;

/// <summary>Compiles programs of the Simple Ruleset Language to rule sets (RFC 2723).</summary>
public static class SrlCompiler
{
    /// <summary>What one flow's key is made of; more saves on one way through a program hardly are what was meant.</summary>
    private const int MaxSaves = 256;

    /// <summary>Compiles a program; whatever the text, it never throws.</summary>
    /// <param name="file">Named in messages; INCLUDEs are read from its folder.</param>
    /// <param name="name">The rule set's name; else what a SET statement says, or the file's name without folder and extension.</param>
    /// <param name="isOptimised">False for rules as they come of each statement, which count the same.</param>
    public static AssembledRuleSet Compile(string text, string file, string? name = null, bool isOptimised = true) =>
        DeepStack.Run(() =>
        {
            var diagnoser = new Diagnoser();
            if (TryBind(text, file, diagnoser) is not { } program)
                return new AssembledRuleSet(null, diagnoser.InOrder());
            var rules = TryMakeRules(program, diagnoser, new SourceText(file, text), isOptimised);
            var ruleSetName = name ?? program.Name ?? Path.GetFileNameWithoutExtension(file);
            return new AssembledRuleSet(rules is { } made ? new RuleSet(ruleSetName, made) : null, diagnoser.InOrder());
        });

    /// <summary>Compiles a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static AssembledRuleSet CompileFile(string path, string? name = null, bool isOptimised = true) =>
        Compile(SourceFile.Read(path), path, name, isOptimised);

    /// <summary>The program with its names resolved; null where something is wrong.</summary>
    internal static BoundProgram? TryBind(string text, string file, Diagnoser diagnoser)
    {
        var source = new SourceText(file, text);
        if (text.Length > SourceFile.MaxLength)
        {
            diagnoser.Error(
                new Place(new SourceText(file, ""), 0),
                $"the file is longer than {SourceFile.MaxLength >> 20} Mi characters: no program"
            );
            return null;
        }
        var program = Parser.Parse(source, file.Length == 0 ? null : Path.GetFullPath(file), diagnoser);
        if (program.Statements.IsEmpty && !diagnoser.HasErrors)
            diagnoser.Error(new Place(source, 0), "there are no statements in it");
        var bound = Binder.Bind(program, diagnoser);
        return diagnoser.HasErrors ? null : bound;
    }

    private static ImmutableArray<Rule>? TryMakeRules(BoundProgram program, Diagnoser diagnoser, SourceText source, bool isOptimised)
    {
        try
        {
            ConsistencyCheck.Run(program, diagnoser);
            var lowered = Lowering.Lower(program, isOptimised ? Inlining.Small : Inlining.None);
            if (isOptimised)
                lowered = Optimiser.Optimise(lowered);
            if (!CanCount(lowered))
                diagnoser.Warn(new Place(source, 0), "the program counts nothing: no COUNT is ever reached");
            if (QueueLength.Longest(lowered) > MaxSaves)
                diagnoser.Warn(new Place(source, 0), $"a way through the program saves more than {MaxSaves} times: meters may have no room for that");
            var rules = Emitter.Emit(lowered);
            // Deciding quickly takes a few rules more, which must still have numbers.
            return isOptimised && rules.Length < RuleSet.MaxRules * 3 / 4 ? Emitter.Emit(AddressTrees.Divide(lowered)) : rules;
        }
        catch (ProgramTooLargeException fault)
        {
            diagnoser.Error(new Place(source, 0), fault.Message);
            return null;
        }
    }

    private static bool CanCount(LoweredProgram program) =>
        Topology.FromEnd([program.Main, .. program.Routines.Values]).Any(node => node.IsEnd(Opcode.Count));
}
