namespace Rtfm.Agent.Capture;

/// <summary>The rings of one interface, one for each thread that reads: together they get each packet once, both directions of a connection at one ring.</summary>
/// <remarks>Opened and closed as a whole: the kernel deals packets out to the rings that there are.</remarks>
internal sealed class RingGroup : IDisposable
{
    private readonly PacketRing[] _rings;

    /// <param name="options">Of the interface; the rings share the buffer.</param>
    /// <exception cref="CaptureException">The interface cannot be captured at: the message says why and what helps.</exception>
    public RingGroup(RingOptions options, int rings)
    {
        _rings = new PacketRing[rings];
        if (rings > 1)
            options = options with { BufferMiB = Math.Max(options.BufferMiB / rings, 1), FanoutGroup = RingOptions.NewGroup };
        try
        {
            for (var i = 0; i < rings; i++)
            {
                _rings[i] = new PacketRing(options);
                options = options with { FanoutGroup = _rings[0].FanoutGroup };
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<PacketRing> Rings => _rings;

    public int IfIndex => _rings[0].IfIndex;

    public void Dispose()
    {
        foreach (var ring in _rings)
            ring?.Dispose();
    }
}
