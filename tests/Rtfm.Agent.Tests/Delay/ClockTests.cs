using Rtfm.Agent.Delay;

namespace Rtfm.Agent.Tests.Delay;

[TestFixture]
public sealed class ClockTests
{
    [Test]
    public void A_clock_that_runs_is_not_set()
    {
        var steps = new ClockSteps(ClockSteps.Read);
        for (var i = 0; i < 1_000; i++)
            Assert.That(steps.Take(), Is.Zero);
    }

    [TestCase(1_000_000)]
    [TestCase(-3_600_000_000_000)]
    public void A_step_is_told_once(long stepNs)
    {
        var (real, monotonic) = (1_000L, 0L);
        var steps = new ClockSteps(() => (real, monotonic));
        (real, monotonic) = (real + 10 + stepNs, monotonic + 10);
        Assert.That((steps.Take(), steps.Take()), Is.EqualTo((stepNs, 0L)));
    }

    [Test]
    public void The_kernel_tells_the_clock_s_errors()
    {
        var state = ClockState.Read();
        // Both in range, whatever this machine's clock is like: 16 s is where the kernel stops.
        Assert.That(state.MaximumErrorNs, Is.InRange(1, 17_000_000_000));
        Assert.That(state.EstimatedErrorNs, Is.LessThanOrEqualTo(17_000_000_000));
    }

    [TestCase(true, ClockDiscipline.Chrony, "init", "chronyd")]
    [TestCase(true, ClockDiscipline.Ptp, "chronyd", "phc2sys", "ptp4l")]
    [TestCase(true, ClockDiscipline.Ntpd, "ntpd")]
    [TestCase(true, ClockDiscipline.Timesyncd, "systemd-timesyn")]
    [TestCase(true, ClockDiscipline.Other, "init")]
    [TestCase(false, ClockDiscipline.None, "chronyd")]
    public void Who_has_the_clock_is_known_by_name(bool isSynchronized, object expected, params string[] processes)
    {
        var proc = Directory.CreateTempSubdirectory("rtfm-proc-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(proc, "sys"));
            for (var i = 0; i < processes.Length; i++)
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(proc, $"{i + 1}")).FullName, "comm"), processes[i] + "\n");
            Assert.That(ClockDisciplines.Find(isSynchronized, proc), Is.EqualTo(expected));
        }
        finally
        {
            Directory.Delete(proc, recursive: true);
        }
    }
}
