using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>The objects under one subtree: a scalar, a table, or a hand-written group.</summary>
/// <remarks>
/// Called on the agent's request thread only. Names are whole object identifiers. A provider that throws answers genErr and is logged.
/// SET is two-phase (RFC 3416 §4.2.5): every varbind is tested; only if all pass is each committed; a commit that fails undoes those before it.
/// </remarks>
public interface IMibProvider
{
    /// <summary>The subtree: this provider, and no other, answers for names that begin so.</summary>
    ObjectIdentifier Root { get; }

    /// <summary>Writes the varbind of the instance <paramref name="name"/>, or says that there is none and writes nothing.</summary>
    GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response);

    /// <summary>Writes the varbind of the first instance in the subtree after <paramref name="after"/>, which need not lie in the subtree nor exist.</summary>
    /// <returns>False, and nothing written, where no instance follows.</returns>
    bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response);

    /// <summary>May the varbind be set, together with the others of the transaction? Changes nothing that outlives the transaction.</summary>
    ErrorStatus Test(SetTransaction transaction, int index) => ErrorStatus.NotWritable;

    /// <summary>Makes the change that was tested.</summary>
    ErrorStatus Commit(SetTransaction transaction, int index) => ErrorStatus.NoError;

    /// <summary>Takes the committed change back.</summary>
    ErrorStatus Undo(SetTransaction transaction, int index) => ErrorStatus.NoError;
}

/// <summary>What a provider found at a name (RFC 3416 §4.2.1).</summary>
public enum GetOutcome
{
    Found,
    NoSuchObject,
    NoSuchInstance,
}
