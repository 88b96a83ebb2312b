namespace Rtfm.Bench.Traces;

internal enum Transport
{
    Tcp,
    Udp,
    Icmp,
}
