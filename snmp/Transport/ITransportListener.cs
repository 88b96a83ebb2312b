namespace Rtfm.Snmp.Transport;

/// <summary>Takes requests at one address until it is disposed of.</summary>
public interface ITransportListener : IDisposable
{
    /// <summary>Where it listens; the system's choice of port where 0 was asked for.</summary>
    TransportAddress Address { get; }
}
