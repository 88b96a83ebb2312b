using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>rtfmDomainCollection: how flows are collected, set at the master, and how that went.</summary>
internal static class CollectionMib
{
    private const int Parallel = 1;
    private const int Serial = 2;
    private const int ByMaster = 1;
    private const int ByMembers = 2;
    private const uint LongestInterval = 86_400;

    private static readonly Smi<uint> Interval = Smi.Gauge32 with
    {
        Check = value => value.Number is >= 1 and <= LongestInterval ? ErrorStatus.NoError : ErrorStatus.WrongValue,
    };

    /// <param name="plan">How flows are collected; it is the domain's.</param>
    public static IEnumerable<IMibProvider> Providers(
        IControlState<CollectionPlan> plan,
        ICollectedDomain domain,
        AggregatedFlows flows,
        Func<CollectionFigures> figures
    )
    {
        var control = new ControlPlane<CollectionPlan>(plan);
        control.ReadWrite(
            Scalar(1),
            Smi.Range(Parallel, Serial),
            state => state.IsSerial ? Serial : Parallel,
            (state, mode) => state with { IsSerial = mode == Serial },
            (_, _) => OfMaster()
        );
        control.ReadWrite(Scalar(2), Interval, state => state.Interval, (state, seconds) => state with { Interval = seconds }, (_, _) => OfMaster());
        control.ReadOnly(Scalar(3), Smi.Counter32, _ => figures().Rounds);
        control.ReadOnly(Scalar(4), Smi.Gauge32, _ => (uint)Math.Min(figures().Duration.TotalMilliseconds, uint.MaxValue));
        control.ReadOnly(Scalar(5), Smi.Gauge32, _ => (uint)figures().Members);
        control.ReadOnly(Scalar(6), Smi.Gauge32, _ => (uint)figures().Missing);
        control.ReadOnly(Scalar(7), Smi.Gauge32, _ => (uint)flows.Records);
        control.ReadOnly(Scalar(8), Smi.Gauge32, _ => (uint)flows.Observations);
        control.ReadWrite(
            Scalar(9),
            Smi.Utf8(255),
            state => state.PushTarget,
            (state, target) => state with { PushTarget = target },
            (_, target) => IsHost(target) ? OfMaster() : ErrorStatus.WrongValue
        );
        control.ReadOnly(Scalar(10), Smi.Counter32, _ => figures().Pushed);
        control.ReadOnly(Scalar(11), Smi.Counter32, _ => figures().PushFailures);
        control.ReadWrite(
            Scalar(12),
            Smi.Range(ByMaster, ByMembers),
            state => state.AreDelaysDistributed ? ByMembers : ByMaster,
            (state, who) => state with { AreDelaysDistributed = who == ByMembers },
            (_, _) => OfMaster()
        );
        return control.Objects;

        ErrorStatus OfMaster() => domain.IsMaster ? ErrorStatus.NoError : ErrorStatus.InconsistentValue;
    }

    private static uint[] Scalar(uint number) => [.. DomainMib.Collection, number, 0];

    private static bool IsHost(string target)
    {
        try
        {
            return target.Length == 0 || SnmpHost.Parse(target).Port > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
