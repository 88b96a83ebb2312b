namespace Rtfm.Snmp.Fuzz;

/// <summary>Where inputs come from: messages kept in a folder, and those found since that made something new happen.</summary>
internal sealed class Corpus
{
    /// <summary>Finds beyond these take the places of others.</summary>
    private const int Most = 20_000;

    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<int> _told = [];

    public int Count => _inputs.Count;

    /// <summary>The different things that happened so far.</summary>
    public int Happenings => _told.Count;

    /// <exception cref="IOException">There is no such folder, or nothing in it.</exception>
    public static Corpus Load(string folder)
    {
        var corpus = new Corpus();
        foreach (var path in Directory.GetFiles(folder, "*.bin").Order(StringComparer.Ordinal))
            corpus._inputs.Add(File.ReadAllBytes(path));
        return corpus.Count > 0 ? corpus : throw new IOException($"{folder} has no messages (*.bin)");
    }

    public byte[] this[int index] => _inputs[index];

    public byte[] Pick(Random random) => _inputs[random.Next(_inputs.Count)];

    /// <summary>Keeps an input that made something happen that none did before.</summary>
    public void Learn(byte[] input, int told, Random random)
    {
        if (!_told.Add(told))
            return;
        if (_inputs.Count < Most)
            _inputs.Add(input);
        else
            _inputs[random.Next(_inputs.Count)] = input;
    }
}
