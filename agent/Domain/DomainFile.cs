using System.Text.Json;
using Rtfm.Agent.Domain.Election;
using Rtfm.Agent.Metering;

namespace Rtfm.Agent.Domain;

/// <summary>What an agent must remember of its domain over restarts.</summary>
internal sealed record DomainRecord
{
    public Ballot Ballot { get; init; } = new();

    /// <summary>It has left, or was removed, and stays out until it is told to take part (rtfmDomainParticipation).</summary>
    public bool HasLeft { get; init; }

    /// <summary>As set over SNMP; null: as the settings say.</summary>
    public int? Priority { get; init; }
}

/// <summary><c>domain.json</c> in the agent's state folder. What is lost of it might be a vote that is then given twice, so it is flushed before anything is answered.</summary>
internal sealed class DomainFile
{
    public const string FileName = "domain.json";

    private readonly string _path;

    private DomainFile(string path, DomainRecord record) => (_path, Record) = (path, record);

    public DomainRecord Record { get; private set; }

    /// <exception cref="SettingsException">It cannot be read.</exception>
    public static DomainFile Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new(path, new DomainRecord());
        try
        {
            return new(path, DomainJson.ReadRecord(File.ReadAllBytes(path)));
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(
                $"{path}, which says how the domain is, cannot be read: {fault.Message} Repair it, or put it away: the agent then joins anew, where {AgentOptions.Section}:Domain:Join names a member."
            );
        }
    }

    /// <summary>When this returns, the record survives a crash.</summary>
    public void Save(DomainRecord record)
    {
        StateFile.Write(_path, stream => DomainJson.Write(stream, record));
        Record = record;
    }
}
