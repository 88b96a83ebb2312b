using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader;

/// <summary>What may go wrong without being anybody's mistake here: meters, networks, files.</summary>
internal static class Faults
{
    /// <summary>True where the message says all that there is to say.</summary>
    public static bool IsExpected(Exception fault) =>
        fault is SnmpException or CollectionException or StoreException or IOException or UnauthorizedAccessException or FormatException;

    /// <summary>Runs a command; what goes wrong is one line on standard error and an exit code: 2 for wrong settings, 1 for all else.</summary>
    public static async Task<int> ReportAsync(Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is SettingsException or CredentialsException)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception fault) when (IsExpected(fault))
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.").ConfigureAwait(false);
            return 1;
        }
    }
}
