namespace Rtfm.Agent.Metering;

/// <summary>Hears of all that changes in the meter's configuration: what managers and readers set, and what the meter does by itself.</summary>
public interface IMeterEvents
{
    /// <summary>The change is in force. Called under the meter's gate: to be quick, and not to call it.</summary>
    void Changed(MeterConfiguration before, MeterConfiguration after);
}
