using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>A table or scalar over the state of a <see cref="ControlPlane{TState}"/>, declared as it stands in its MIB module.</summary>
public abstract class ControlObject<TState>(ControlPlane<TState> plane, ObjectIdentifier root) : IMibProvider
    where TState : class
{
    public ObjectIdentifier Root { get; } = root;

    protected TState Current => plane.State.Current;

    public abstract GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response);

    public abstract bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response);

    public ErrorStatus Test(SetTransaction transaction, int index) => plane.PlanOf(transaction).Error(index);

    public ErrorStatus Commit(SetTransaction transaction, int index) => plane.PlanOf(transaction).Commit();

    public ErrorStatus Undo(SetTransaction transaction, int index) => plane.PlanOf(transaction).Undo();

    // The steps of a plan, in order, each over all varbinds before the next begins.

    /// <summary>Is there such an object, may it be set, and to this value? RFC 3416 §4.2.5 (2) to (6).</summary>
    internal abstract ErrorStatus CheckSyntax(SetPlan<TState> plan, in VarBind varBind);

    /// <summary>Makes the row that a RowStatus asks for.</summary>
    internal virtual ErrorStatus Create(SetPlan<TState> plan, in VarBind varBind) => ErrorStatus.NoError;

    /// <summary>Assigns the value.</summary>
    internal abstract ErrorStatus Assign(SetPlan<TState> plan, in VarBind varBind);

    /// <summary>Carries out the RowStatus, now that the columns have their values.</summary>
    internal virtual ErrorStatus Settle(SetPlan<TState> plan, in VarBind varBind) => ErrorStatus.NoError;

    /// <summary>Does the varbind's change agree with everything else, before and after?</summary>
    internal virtual ErrorStatus Validate(SetPlan<TState> plan, in VarBind varBind) => ErrorStatus.NoError;
}
