using System.Net;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>Informs that wait to be confirmed, or were lately: one that is sent again is known again.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class OpenInforms
{
    /// <summary>A sender has few in flight. Older ones are forgotten: if they come again, they are handed out again.</summary>
    private const int MostKnown = 1_024;

    private readonly Dictionary<Inform, PendingAnswer> _answers = [];
    private readonly Queue<Inform> _order = new();

    /// <summary>What a sender gives an inform and keeps when it sends it again (RFC 3416 §4.2.7: the request-id).</summary>
    public readonly record struct Inform(IPEndPoint Source, EngineId Engine, string SecurityName, int RequestId);

    /// <summary>The answer that the inform has been waiting for; null: it is here for the first time.</summary>
    public PendingAnswer? Find(Inform inform) => _answers.GetValueOrDefault(inform);

    public void Add(Inform inform, PendingAnswer answer)
    {
        if (_order.Count == MostKnown)
            _answers.Remove(_order.Dequeue());
        _answers.Add(inform, answer);
        _order.Enqueue(inform);
    }
}
