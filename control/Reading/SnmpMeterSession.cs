using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.Control.Reading;

/// <summary>A real meter's agent, over SNMP.</summary>
public sealed class SnmpMeterSession(SnmpClient client, SnmpTarget target) : IMeterSession
{
    /// <summary>Halved each time an answer does not fit into a message of the agent's.</summary>
    private int _maxRepetitions = int.MaxValue;

    public string Name => target.Name;

    public bool TakesLargeAnswers => target.Transport != TransportKind.Udp || IPAddress.IsLoopback(target.Address.Address);

    public async Task<IReadOnlyList<SnmpValue>> GetAsync(IReadOnlyList<ObjectIdentifier> names, CancellationToken cancellationToken)
    {
        var values = new SnmpValue[names.Count];
        Array.Fill(values, SnmpValue.Empty(BerTag.NoSuchInstance));
        var asked = Enumerable.Range(0, names.Count).ToList();
        while (asked.Count > 0)
        {
            IReadOnlyList<VarBind> answer;
            try
            {
                answer = await client.GetAsync(target, [.. asked.Select(at => names[at])], cancellationToken).ConfigureAwait(false);
            }
            catch (SnmpErrorException error) when (error.Status == ErrorStatus.NoSuchName && error.ErrorIndex >= 1 && error.ErrorIndex <= asked.Count)
            {
                // SNMPv1 refuses the whole request for one name that is not there: ask for the others.
                asked.RemoveAt(error.ErrorIndex - 1);
                continue;
            }
            if (answer.Count != asked.Count)
                throw new SnmpProtocolException($"{target}: {answer.Count} values in answer to a request for {asked.Count}");
            for (var i = 0; i < answer.Count; i++)
            {
                if (answer[i].Name != names[asked[i]])
                    throw new SnmpProtocolException($"{target}: {answer[i].Name} in answer to a request for {names[asked[i]]}");
                values[asked[i]] = answer[i].Value;
            }
            break;
        }
        return values;
    }

    public Task SetAsync(IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken) =>
        client.SetAsync(target with { Retries = 0 }, varBinds, cancellationToken);

    public async Task<bool> NextAsync(IReadOnlyList<ObjectIdentifier> names, int repetitions, IVarBindSink sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            repetitions = Math.Min(repetitions, _maxRepetitions);
            using var response =
                target.Version == SnmpVersion.V1
                    ? await client.GetNextResponseAsync(target, names, cancellationToken).ConfigureAwait(false)
                    : await client.GetBulkResponseAsync(target, names, 0, repetitions, cancellationToken).ConfigureAwait(false);
            if (response.Status == ErrorStatus.TooBig && repetitions > 1)
            {
                _maxRepetitions = repetitions / 2;
                continue;
            }
            // SNMPv1 has no other way to say that this is the end (RFC 1157 §4.1.3).
            if (response.Status == ErrorStatus.NoSuchName && target.Version == SnmpVersion.V1)
                return false;
            if (response.Status != ErrorStatus.NoError)
                throw new SnmpErrorException($"{target}: {response.Status} in answer to {names[0]}", response.Status, response.ErrorIndex);
            Deliver(response, sink, names[0]);
            return true;
        }
    }

    private void Deliver(SnmpResponse response, IVarBindSink sink, ObjectIdentifier asked)
    {
        var reader = response.Read();
        var isAny = false;
        while (reader.Read())
        {
            isAny = true;
            if (!sink.Accept(reader.Name, reader.Tag, reader.Content))
                return;
        }
        // An answer that says nothing must not be taken for the end of a table: flows would be lost.
        if (reader.Error != BerError.None || !isAny)
            throw new SnmpProtocolException($"{target}: an empty or broken answer to {asked}");
    }
}
