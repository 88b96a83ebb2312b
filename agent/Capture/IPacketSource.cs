namespace Rtfm.Agent.Capture;

/// <summary>Where packets come from: a capture file or a live interface. Opened, read and disposed by one thread; one virtual call per batch.</summary>
public interface IPacketSource : IDisposable
{
    /// <summary>What people call it: the interface or the file.</summary>
    string Name { get; }

    /// <summary>Clears the batch and fills it with the packets that are there, waiting at most a tenth of a second for the first.</summary>
    /// <returns>What the source expects next; a batch may carry packets with any of them.</returns>
    /// <exception cref="CaptureException">The source broke: the file turned unreadable, the interface went away.</exception>
    SourceState Read(PacketBatch batch);

    /// <summary>What was seen and lost so far, below the meter.</summary>
    SourceCounters Counters { get; }
}

public enum SourceState
{
    /// <summary>More may come.</summary>
    Open,

    /// <summary>The end of the file was reached.</summary>
    Ended,
}

/// <summary>What happened before packets reached the meter, by layer. All counts since the source was opened.</summary>
/// <param name="Received">Packets handed to the meter.</param>
/// <param name="LostByInterface">Dropped by the network interface or its driver (ps_ifdrop).</param>
/// <param name="LostByKernel">Dropped since the capture buffer was full (ps_drop).</param>
/// <param name="Damaged">Records of a capture file that could not be read: cut off or with impossible lengths.</param>
public readonly record struct SourceCounters(ulong Received, ulong LostByInterface, ulong LostByKernel, ulong Damaged)
{
    /// <summary>Packets that never reached the meter.</summary>
    public ulong Lost => LostByInterface + LostByKernel + Damaged;
}
