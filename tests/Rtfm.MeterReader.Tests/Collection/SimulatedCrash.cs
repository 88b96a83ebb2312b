namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>The meter reader's process ends here: nothing after it runs.</summary>
internal sealed class SimulatedCrash() : Exception("crash");
