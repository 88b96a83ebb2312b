using System.Text.Json;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Metering;

/// <summary>Keeps the <see cref="MeterState"/> on disk: written to a new file, flushed, then put in place of the old one.</summary>
public sealed class MeterStateFile
{
    private readonly string _path;
    private readonly Lock _writing = new();

    private MeterStateFile(string path, MeterState state) => (_path, State) = (path, state);

    /// <summary>False where no meter has run with this state before: the start is a cold one (RFC 3418 §2 coldStart).</summary>
    public bool IsContinued { get; private init; }

    /// <summary>What is on disk.</summary>
    public MeterState State { get; private set; }

    /// <summary>Reads the state of the last run and counts this start in it; makes a new one where there is none.</summary>
    /// <param name="folder">Made where it is missing, for the owner only.</param>
    /// <param name="complaint">Why the old state could not be used, or null; the file is kept beside the new one.</param>
    /// <exception cref="IOException">The folder or file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public static MeterStateFile Open(string folder, out string? complaint)
    {
        var file = Load(folder, out complaint);
        var state = file.State;
        file.Save(state with { EngineBoots = state.EngineBoots == int.MaxValue ? int.MaxValue : state.EngineBoots + 1 });
        return file;
    }

    /// <summary>As <see cref="Open"/>, for commands that prepare a meter: it is not started, and the state says so.</summary>
    /// <exception cref="IOException">The folder or file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written.</exception>
    public static MeterState Prepare(string folder)
    {
        var file = Load(folder, out _);
        file.Save(file.State);
        return file.State;
    }

    /// <summary>Changes the state and writes it; once this returns the change survives a crash.</summary>
    public void Update(Func<MeterState, MeterState> change)
    {
        lock (_writing)
            Save(change(State));
    }

    private static MeterStateFile Load(string folder, out string? complaint)
    {
        StateFile.MakeFolder(folder);
        var path = Path.Combine(folder, "meter.json");
        var state = Read(path, out complaint) ?? new MeterState { EngineId = NewEngineId() };
        return new MeterStateFile(path, state) { IsContinued = state.EngineBoots > 0 };
    }

    private void Save(MeterState state)
    {
        StateFile.Write(_path, stream => JsonSerializer.Serialize(stream, state, MeterStateJson.Default.MeterState));
        State = state;
    }

    private static MeterState? Read(string path, out string? complaint)
    {
        complaint = null;
        if (!File.Exists(path))
            return null;
        try
        {
            using var stream = File.OpenRead(path);
            var state = JsonSerializer.Deserialize(stream, MeterStateJson.Default.MeterState) ?? throw new JsonException("it is empty");
            state.ToConfiguration([]);
            return state with { EngineId = state.EngineId.Length is >= 10 and <= 64 ? state.EngineId : NewEngineId() };
        }
        catch (Exception fault)
            when (fault is JsonException or FormatException or ArgumentException or NullReferenceException or NotSupportedException)
        {
            var aside = StateFile.PutAside(path);
            complaint = $"the meter's state {path} cannot be read ({fault.Message}); it is kept as {aside}, and the meter starts without it";
            return null;
        }
    }

    private static string NewEngineId() => EngineId.Make().ToString();
}
