namespace Rtfm.Agent.Mib.Host;

/// <summary>What the agent knows of the machine it runs on; each part is looked at when somebody asks, once a second at most.</summary>
internal sealed class HostMachine
{
    private readonly Aged<HostSystem> _system;
    private readonly Aged<MemoryInfo> _memory;

    /// <param name="uptime">The agent's, in hundredths of a second.</param>
    public HostMachine(TimeProvider clock, Func<uint> uptime)
    {
        Clock = clock;
        Uptime = uptime;
        Links = new(clock, uptime);
        Load = new(clock);
        FileSystems = new(clock);
        _system = new(clock, Links.Freshness, HostSystem.Read);
        _memory = new(clock, Links.Freshness, MemoryInfo.Read);
    }

    public TimeProvider Clock { get; }

    public Func<uint> Uptime { get; }

    public Links Links { get; }

    public ProcessorLoad Load { get; }

    public FileSystems FileSystems { get; }

    public Hardware Hardware { get; } = Hardware.Read();

    public HostSystem System => _system.Value;

    public MemoryInfo Memory => _memory.Value;
}
