using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Hears which flows members see of the records of a rule set that saves DelaySamples, and says what is known of their delay and loss.</summary>
/// <remarks>Whoever calls holds the table's gate.</remarks>
internal interface ISampledRecords
{
    /// <summary>A member tells of the record's flow, again and again as long as it is active.</summary>
    /// <param name="seen">With the record's source and dest.</param>
    void Note(int record, in FlowObservation seen);

    /// <summary>A member has it no more.</summary>
    void Forget(int record, in FlowObservation seen);

    /// <summary>The record is there no more.</summary>
    void Forget(int record);

    /// <summary>Zeros where nothing is known.</summary>
    (DelayStatistics To, DelayStatistics From) ResultsOf(uint record);
}
