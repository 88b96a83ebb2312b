namespace Rtfm.Snmp.Client;

/// <summary>How a client works, whatever the target.</summary>
public sealed record SnmpClientOptions
{
    /// <summary>Measures time-outs.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How much the kernel may keep of answers that arrive faster than they are read, in octets.</summary>
    public int ReceiveBuffer { get; init; } = 4 << 20;
}
