using System.Diagnostics;
using System.Globalization;
using Rtfm.Snmp.Fuzz;

const string Usage = """
    Tries inputs made from a corpus of messages on the SNMP engine, and on who asks agents, receives notifications or sends them.

      --inputs N        how many (default 200000)
      --seed N          another seed makes others (default 1)
      --corpus FOLDER   messages to begin with (default: those beside the program)
      --finds FOLDER    where inputs that went wrong are kept (default finds)
      --write-corpus    write the corpus anew and end
    """;
var patience = TimeSpan.FromSeconds(20);
var (inputs, seed, corpusFolder, finds) = (200_000L, 1, Path.Combine(AppContext.BaseDirectory, "corpus"), "finds");
var writes = false;
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--inputs" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out inputs):
        case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
            i++;
            break;
        case "--corpus" when value.Length > 0:
            corpusFolder = args[++i];
            break;
        case "--finds" when value.Length > 0:
            finds = args[++i];
            break;
        case "--write-corpus":
            writes = true;
            break;
        default:
            Console.Error.WriteLine($"'{args[i]}' makes no sense here.\n{Usage}");
            return 2;
    }
}
if (writes)
{
    Directory.CreateDirectory(corpusFolder);
    foreach (var (name, message) in SeedMessages.All())
        File.WriteAllBytes(Path.Combine(corpusFolder, name + ".bin"), message);
    return 0;
}

var corpus = Corpus.Load(corpusFolder);
var fuzzer = new Fuzzer(corpus, seed, Keep);
var began = Stopwatch.GetTimestamp();
using var watchdog = new Timer(
    _ =>
    {
        if (fuzzer.Hanging(patience) is not { } input)
            return;
        Keep(input, $"it has not ended after {patience.TotalSeconds} s");
        Environment.Exit(1);
    },
    null,
    patience / 4,
    patience / 4
);
using var progress = new Timer(_ => Report(Console.Error), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
fuzzer.Run(inputs, CancellationToken.None);
Report(Console.Out);
return fuzzer.Found == 0 ? 0 : 1;

void Keep(byte[] input, string fault)
{
    Directory.CreateDirectory(finds);
    var path = Path.Combine(finds, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..16] + ".bin");
    File.WriteAllBytes(path, input);
    Console.Error.WriteLine($"{path}: {fault}");
}

void Report(TextWriter to)
{
    var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
    to.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{fuzzer.Tried:N0} inputs in {seconds:N0} s ({fuzzer.Tried / seconds:N0}/s), {corpus.Happenings:N0} different happenings, {fuzzer.Found:N0} wrong, {Environment.WorkingSet >> 20:N0} MiB"
        )
    );
}
