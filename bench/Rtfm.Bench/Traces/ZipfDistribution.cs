namespace Rtfm.Bench.Traces;

/// <summary>Draws ranks by Zipf's law in constant time: Vose's alias method.</summary>
internal sealed class ZipfDistribution
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    public ZipfDistribution(int ranks, double exponent)
    {
        _keep = new double[ranks];
        _alias = new int[ranks];
        var sum = 0.0;
        for (var rank = 0; rank < ranks; rank++)
            sum += _keep[rank] = Math.Pow(rank + 1, -exponent);
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var rank = 0; rank < ranks; rank++)
        {
            _keep[rank] *= ranks / sum;
            _alias[rank] = rank;
            (_keep[rank] < 1 ? small : large).Push(rank);
        }
        // Each rank too rare for its share of 1 gives the rest of it to a rank too frequent.
        while (small.Count > 0 && large.Count > 0)
        {
            var (taker, giver) = (small.Pop(), large.Pop());
            _alias[taker] = giver;
            _keep[giver] -= 1 - _keep[taker];
            (_keep[giver] < 1 ? small : large).Push(giver);
        }
    }

    /// <summary>A rank, from 0 for the most frequent.</summary>
    public int Draw(ref RandomNumbers random)
    {
        var rank = (int)random.Below((uint)_keep.Length);
        return random.Fraction() < _keep[rank] ? rank : _alias[rank];
    }
}
