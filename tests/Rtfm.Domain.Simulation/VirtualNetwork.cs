namespace Rtfm.Domain.Simulation;

/// <summary>Virtual time, and a network that delays messages, loses them and falls apart; all of it by one generator of chance, so that a seed repeats.</summary>
internal sealed class VirtualNetwork(Random random)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private long _order;

    public TimeSpan Now { get; private set; }

    public Random Random { get; } = random;

    /// <summary>Of each message, to be lost: 0 to 1.</summary>
    public double Loss { get; set; }

    public TimeSpan ShortestDelay { get; set; } = TimeSpan.FromMilliseconds(1);

    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The part of the network that each node is in: only those in the same one reach each other.</summary>
    public int[] Parts { get; set; } = [];

    public long Messages { get; private set; }

    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (time, _order++));

    public void After(TimeSpan wait, Action action) => At(Now + wait, action);

    /// <summary>Delivers a message, unless it is lost.</summary>
    public void Send(int from, int to, Action deliver)
    {
        Messages++;
        if (Parts[from] != Parts[to] || Random.NextDouble() < Loss)
            return;
        After(
            ShortestDelay + (LongestDelay - ShortestDelay) * Random.NextDouble(),
            () =>
            {
                if (Parts[from] == Parts[to])
                    deliver();
            }
        );
    }

    /// <summary>Lets everything happen that is to happen until then.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _events.Dequeue();
            Now = next.At;
            action();
        }
        Now = end;
    }
}
