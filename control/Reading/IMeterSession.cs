using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control.Reading;

/// <summary>A meter's agent, as a collection talks to it: one request, one answer. Tests put a simulated meter, or one that lies, behind it.</summary>
public interface IMeterSession
{
    /// <summary>What people call the meter.</summary>
    string Name { get; }

    /// <summary>True where no network lies between, or a connection carries what is lost again: answers may be as large as they can be.</summary>
    bool TakesLargeAnswers => false;

    /// <summary>GET: one value for each name, in order; what is not there is noSuchObject or noSuchInstance, with SNMPv1 too.</summary>
    /// <exception cref="SnmpException">No answer, or none that makes sense.</exception>
    Task<IReadOnlyList<SnmpValue>> GetAsync(IReadOnlyList<ObjectIdentifier> names, CancellationToken cancellationToken);

    /// <summary>SET, sent once: after a <see cref="SnmpTimeoutException"/> it has been carried out or not.</summary>
    /// <exception cref="SnmpException">No answer, or a refusal.</exception>
    Task SetAsync(IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken);

    /// <summary>What follows each of the names, some of it (GETBULK; GETNEXT with SNMPv1), in the order of the answer: first one of each name, then more.</summary>
    /// <param name="repetitions">How many after each name are asked for; fewer may come, but at least one.</param>
    /// <returns>False where the agent said that nothing follows.</returns>
    /// <exception cref="SnmpException">No answer, or none that makes sense.</exception>
    Task<bool> NextAsync(IReadOnlyList<ObjectIdentifier> names, int repetitions, IVarBindSink sink, CancellationToken cancellationToken);
}

/// <summary>Takes the varbinds of an answer one by one, in place.</summary>
public interface IVarBindSink
{
    /// <returns>False where the rest of the answer is of no interest.</returns>
    bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content);
}
