using System.Globalization;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>The engine of a watch: kept in a file, so that the next watch is the same engine, started once more, and finds again what a dead one left at the members.</summary>
/// <remarks>Watches at the same time are different engines: each holds the first file that nobody holds. RFC 3414 §2.2: snmpEngineBoots grows with each start.</remarks>
internal sealed class WatchIdentity : IDisposable
{
    /// <summary>So many watches of one user at one machine have a file; what more there are have an engine for once.</summary>
    private const int MostFiles = 32;

    private readonly FileStream? _file;

    private WatchIdentity(FileStream? file, EngineId id, int boots) => (_file, Engine) = (file, new EngineIdentity(id, boots, TimeProvider.System));

    public EngineIdentity Engine { get; }

    public static WatchIdentity Open() => Open(Folder);

    internal static WatchIdentity Open(string folder)
    {
        for (var i = 1; i <= MostFiles; i++)
        {
            try
            {
                // Others who could write it could have our informs of yesterday taken for new.
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(folder);
                else
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return Take(new FileStream(Path.Combine(folder, $"watch-{i}.engine"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Another watch has it.
            }
            catch (UnauthorizedAccessException)
            {
                break;
            }
        }
        return new(null, EngineId.Make(), boots: 1);
    }

    public void Dispose() => _file?.Dispose();

    private static string Folder =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "rtfm-manager"
        );

    /// <summary>A line: engine ID in hexadecimal digits, a blank, starts. One that cannot be read makes a new engine.</summary>
    private static WatchIdentity Take(FileStream file)
    {
        Span<byte> line = stackalloc byte[128];
        var words = Encoding.ASCII.GetString(line[..file.ReadAtLeast(line, line.Length, throwOnEndOfStream: false)]).Split(' ', '\n');
        EngineId id = default;
        var boots = 0;
        var isKept =
            words.Length >= 2
            && EngineId.TryParse(words[0], out id)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out boots)
            && boots is > 0 and < int.MaxValue - 1;
        (id, boots) = isKept ? (id, boots + 1) : (EngineId.Make(), 1);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes($"{id} {boots}\n"));
        file.Flush(flushToDisk: true);
        return new(file, id, boots);
    }
}
