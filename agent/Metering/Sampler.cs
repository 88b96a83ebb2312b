using Rtfm.Agent.Capture;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>Lets one packet in N through, for interfaces that have a sample rate (RFC 2720 flowInterfaceSampleRate).</summary>
/// <remarks>Each packet is decided on its own with probability 1/N: exactly every N-th would beat with the traffic's own rhythm (AMB-13, RFC 2330 §11.1).</remarks>
internal sealed class Sampler
{
    private readonly Random _random = new();
    private Dictionary<int, int> _rates = [];

    /// <summary>Packets left out.</summary>
    public ulong LeftOut { get; private set; }

    public void SetRates(SortedRows<MeteringPoint> interfaces)
    {
        var rates = new Dictionary<int, int>();
        foreach (var (ifIndex, point) in interfaces)
        {
            if (point.SampleRate != 1)
                rates[(int)ifIndex] = point.SampleRate;
        }
        _rates = rates;
    }

    /// <summary>Removes the packets that are not to be metered.</summary>
    public void Sample(PacketBatch batch)
    {
        if (_rates.Count == 0)
            return;
        var kept = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            if (_rates.TryGetValue(batch[i].Interface, out var rate) && (rate == 0 || _random.Next(rate) != 0))
                LeftOut++;
            else
                batch[kept++] = batch[i];
        }
        batch.Truncate(kept);
    }
}
