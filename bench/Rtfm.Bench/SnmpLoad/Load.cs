namespace Rtfm.Bench.SnmpLoad;

/// <summary>Keeps so many requests under way: for each answer the next is sent.</summary>
internal abstract class Load : IDisposable
{
    public Latencies Latencies { get; } = new();

    public long Answers;
    public long VarBinds;

    /// <summary>Reports, answers that say of an error, and what is no answer.</summary>
    public long Bad;

    /// <summary>Requests that were not answered within a second.</summary>
    public long Lost;

    /// <summary>Asks until told to stop.</summary>
    public abstract void Run(CancellationToken stop);

    public abstract void Dispose();

    public void Clear()
    {
        (Answers, VarBinds, Bad, Lost) = (0, 0, 0, 0);
        Latencies.Clear();
    }
}
