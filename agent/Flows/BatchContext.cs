using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>What all packets of a batch have in common when they are counted.</summary>
/// <param name="Plans">What the rule set asks to be kept of flows that are new.</param>
/// <param name="Layer">Which octets are counted.</param>
/// <param name="Now">When the batch arrived.</param>
internal readonly record struct BatchContext(KeyPlans Plans, OctetLayer Layer, Uptime Now);
