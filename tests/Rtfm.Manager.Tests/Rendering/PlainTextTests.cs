using Rtfm.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;

namespace Rtfm.Manager.Tests.Rendering;

/// <summary>What files and pipes get, line by line.</summary>
[TestFixture]
public sealed class PlainTextTests
{
    private static readonly RuleSetRow[] RuleSets =
    [
        new(1, "built-in: peer types", "meter", "active", 3, 2),
        new(2, "edge", "noc", "active", 120, 54_321),
        new(3, "coarse", "noc", "active", 3, 0),
        new(4, "", "", "notReady", 0, 0),
    ];

    private static readonly TaskRow[] Tasks =
    [
        new(1, 1, 0, 0, false, "meter", "active"),
        new(2, 2, 3, 65, true, "noc", "active"),
        new(5, 2, 0, 0, false, "lab", "notInService"),
    ];

    [Test]
    public void Rule_sets_are_listed_with_the_tasks_that_name_them()
    {
        Assert.That(
            Text(RuleSetScreen.Sheet(RuleSets, Tasks)),
            Is.EqualTo(
                """
                number  name                  owner  status    rules  flows  tasks
                     1  built-in: peer types  meter  active        3      2  1 (current, running)
                     2  edge                  noc    active      120  54321  2 (current), 5 (current)
                     3  coarse                noc    active        3      0  2 (standby, running)
                     4                               notReady      0      0

                """
            )
        );
    }

    [Test]
    public void The_status_of_meters_is_a_line_each_and_then_what_they_have()
    {
        MeterStatus[] statuses =
        [
            new(
                "10.0.0.7",
                null,
                "edge1",
                (2 * 24 * 3_600 + 3_723) * 100,
                54_321,
                1_000_000,
                95,
                true,
                600,
                RuleSets,
                Tasks,
                [new(1, 2, "billing", 900, (2 * 24 * 3_600 + 3_700) * 100, 0, "active"), new(2, 9, "lab", 0, uint.MaxValue, 100, "active")],
                [new(1, 1, 0), new(2, 10, 77), new(3, 0, 0)]
            ),
            MeterStatus.Failed("[2001:db8::1]:1161", "no answer after 4 requests"),
        ];

        Assert.That(
            Text([.. StatusScreen.Sheets(statuses)]),
            Is.EqualTo(
                """
                Meters
                meter               name         uptime  flows      max   full  flood              inactivity  state
                10.0.0.7            edge1  2 d 01:02:03  54321  1000000  5.4 %  FLOOD (mark 95 %)       600 s  ok
                [2001:db8::1]:1161                                                                             no answer after 4 requests

                Rule sets
                meter     number  name                  owner  status    rules  flows  tasks
                10.0.0.7       1  built-in: peer types  meter  active        3      2  1 (current, running)
                10.0.0.7       2  edge                  noc    active      120  54321  2 (current), 5 (current)
                10.0.0.7       3  coarse                noc    active        3      0  2 (standby, running)
                10.0.0.7       4                               notReady      0      0

                Tasks
                meter     task  owner  current                 standby   high-water  running
                10.0.0.7     1  meter  1 built-in: peer types                        current
                10.0.0.7     2  noc    2 edge                  3 coarse        65 %  standby
                10.0.0.7     5  lab    2 edge                                        notInService

                Readers
                meter     reader  owner    rule set  last collection    the one before  timeout  status
                10.0.0.7       1  billing  2 edge       00:00:23 ago             never    900 s  active
                10.0.0.7       2  lab      9            00:00:00 ago  2 d 01:02:02 ago    never  active

                Interfaces
                meter     interface  counted         lost packets
                10.0.0.7          1  every packet               0
                10.0.0.7          2  1 packet in 10            77
                10.0.0.7          3  nothing                    0

                """
            )
        );
    }

    [Test]
    public void Flows_are_shown_the_busiest_first_with_addresses_in_their_usual_form()
    {
        FlowAttribute[] attributes =
        [
            FlowAttribute.SourcePeerAddress,
            FlowAttribute.SourceTransAddress,
            FlowAttribute.SourceAdjacentAddress,
            FlowAttribute.ToOctets,
            FlowAttribute.FromOctets,
            FlowAttribute.ToPdus,
        ];
        FlowRecord[] flows =
        [
            Flow(3, [10, 0, 0, 1], 80, 1_000, 10, 3),
            Flow(5, [.. Enumerable.Repeat((byte)0, 15), 1], 65_535, 600, 500, 1),
            Flow(7, [], 0, 1, ulong.MaxValue / 2, 2),
        ];

        FlowRecord Flow(uint index, byte[] address, int port, ulong to, ulong from, ulong pdus) =>
            new(
                2,
                index,
                [.. attributes],
                [new(address), new([(byte)(port >> 8), (byte)port]), new([0, 1, 2, 3, 4, 0xFF]), new(to), new(from), new(pdus)]
            );

        Assert.That(
            Text(FlowScreen.Sheet(FlowScreen.Busiest(flows, byOctets: true, 2), attributes)),
            Is.EqualTo(
                """
                rule set  flow  sourcePeerAddress  sourceTransAddress  sourceAdjacentAddress  toOctets           fromOctets  toPDUs
                       2     7                                      0  00-01-02-03-04-FF             1  9223372036854775807       2
                       2     5  ::1                             65535  00-01-02-03-04-FF           600                  500       1

                """
            )
        );
        Assert.That(FlowScreen.Busiest(flows, byOctets: false, 9).Select(flow => flow.Index), Is.EqualTo(new[] { 3u, 7u, 5u }));
    }

    [Test]
    public void A_rule_file_that_is_shown_can_be_assembled_again()
    {
        var text = RuleSetScreen.RuleFile("10.0.0.7", RuleSets[0], RuleSet.BuiltIn);

        Assert.That(text, Does.StartWith("# 'built-in: peer types', owner 'meter': rule set 1 of 10.0.0.7\n"));
        Assert.That(Srl.RuleAssembler.Assemble(text, "f").RuleSet!.Rules, Is.EqualTo(RuleSet.BuiltIn.Rules));
    }

    private static string Text(params Sheet[] sheets)
    {
        using var output = new StringWriter { NewLine = "\n" };
        PlainText.Write(sheets, output);
        return output.ToString();
    }
}
