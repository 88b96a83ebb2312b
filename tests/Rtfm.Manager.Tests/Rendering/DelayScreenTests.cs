using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Tests.Rendering;

/// <summary>Delay and loss, line by line.</summary>
[TestFixture]
public sealed class DelayScreenTests
{
    private static readonly FlowDelay[] Flows =
    [
        new(
            "edge",
            7,
            "to",
            "10.0.0.1:1000",
            "10.0.0.2:80",
            6,
            "edge1",
            "edge2",
            new()
            {
                Paired = 300,
                Expected = 200,
                Lost = 3,
                Unknown = 2,
                MeanNs = 12_600_000,
                MinimumNs = 12_000_000,
                MedianNs = 12_500_000,
                Percentile95Ns = 13_100_000,
                Percentile99Ns = 13_200_000,
                MaximumNs = 13_300_000,
                VariationNs = 250_000,
                ClockErrorNs = 40_000,
            }
        ),
        new("edge", 7, "from", "10.0.0.2:80", "10.0.0.1:1000", 6, "edge2", "edge1", new() { Unknown = 5 }),
        new(
            "edge",
            9,
            "to",
            "[2001:db8::1]:5",
            "[2001:db8::2]:53",
            17,
            "edge1",
            "edge2",
            new()
            {
                Paired = 100,
                Expected = 100,
                Lost = 1,
                MeanNs = -20_000,
                MinimumNs = -30_000,
                MaximumNs = 5_000,
                ClockErrorNs = 40_000,
            }
        ),
    ];

    [Test]
    public void A_flow_has_a_line_for_each_direction()
    {
        Assert.That(
            Text(DelayScreen.Flows(Flows)),
            Is.EqualTo(
                """
                flow  source           dest              protocol  in at  out at  paired  lost  loss %  unknown  mean ms     min  median     p95     p99     max  variation  ± error
                   7  10.0.0.1:1000    10.0.0.2:80              6  edge1  edge2      300     3    1.50        2   12.600  12.000  12.500  13.100  13.200  13.300      0.250    0.040
                   7  10.0.0.2:80      10.0.0.1:1000            6  edge2  edge1        0     0                5
                   9  [2001:db8::1]:5  [2001:db8::2]:53        17  edge1  edge2      100     1    1.00        0   -0.020  -0.030   0.000   0.000   0.000   0.005      0.000    0.040

                """
            )
        );
    }

    [Test]
    public void Edges_have_what_all_flows_between_them_have()
    {
        Assert.That(
            Text(DelayScreen.Edges(EdgeDelay.Of(Flows))),
            Is.EqualTo(
                """
                in at  out at  flows  paired  lost  loss %  unknown  mean ms     min     max  ± error
                edge1  edge2       2     400     4    1.33        2    9.445  -0.030  13.300    0.040
                edge2  edge1       1       0     0                5

                """
            )
        );
    }

    [TestCase("9", ExpectedResult = 1)]
    [TestCase("10.0.0.2", ExpectedResult = 2)]
    [TestCase("10.0.0.1:1000", ExpectedResult = 2)]
    [TestCase("2001:db8::2", ExpectedResult = 1)]
    [TestCase("10.0.0", ExpectedResult = 0)]
    public int A_flow_is_meant_by_its_index_or_one_of_its_ends(string text) => Flows.Count(each => each.Is(text));

    private static string Text(Sheet sheet)
    {
        var text = new StringWriter { NewLine = "\n" };
        PlainText.Write([sheet], text);
        return text.ToString();
    }
}
