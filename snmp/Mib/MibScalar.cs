using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>One scalar object: its only instance ends in 0 (RFC 2578 §7).</summary>
internal sealed class MibScalar<TState, T>(
    ControlPlane<TState> plane,
    ObjectIdentifier root,
    Smi<T> syntax,
    Func<TState, T> get,
    Func<TState, T, TState>? set,
    Func<TState, T, ErrorStatus>? check
) : ControlObject<TState>(plane, root)
    where TState : class
{
    private readonly ObjectIdentifier _instance = root.Append(0);

    public override GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!name.SequenceEqual(_instance.Span))
            return name.Length <= Root.Length ? GetOutcome.NoSuchObject : GetOutcome.NoSuchInstance;
        syntax.Write(name, get(Current), ref response);
        return GetOutcome.Found;
    }

    public override bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (after.CompareNames(_instance.Span) >= 0)
            return false;
        syntax.Write(_instance.Span, get(Current), ref response);
        return true;
    }

    internal override ErrorStatus CheckSyntax(SetPlan<TState> plan, in VarBind varBind)
    {
        if (set is null)
            return ErrorStatus.NotWritable;
        return varBind.Name == _instance ? syntax.Test(varBind.Value) : ErrorStatus.NoCreation;
    }

    internal override ErrorStatus Assign(SetPlan<TState> plan, in VarBind varBind)
    {
        if (check?.Invoke(plan.After, syntax.Decode(varBind.Value)) is { } refused and not ErrorStatus.NoError)
            return refused;
        plan.After = set!(plan.After, syntax.Decode(varBind.Value));
        return ErrorStatus.NoError;
    }
}
