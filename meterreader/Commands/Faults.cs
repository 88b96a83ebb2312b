using Microsoft.Data.Sqlite;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Commands;

/// <summary>What may go wrong in a command, as one line on standard error and an exit code: 2 for wrong settings, 1 for all else.</summary>
internal static class Faults
{
    public static async Task<int> ReportAsync(Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (SettingsException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception fault)
            when (fault
                    is StoreException
                        or SnmpException
                        or CollectionException
                        or SqliteException
                        or IOException
                        or UnauthorizedAccessException
                        or FormatException
            )
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
