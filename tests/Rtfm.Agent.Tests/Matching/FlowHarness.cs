using System.Globalization;
using System.Net;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Matching;

/// <summary>One rule set, run on packets written as in the checklist: <c>A:1025&gt;B:80 tcp 60</c>.</summary>
internal sealed class FlowHarness : IDisposable
{
    private readonly FlowTable _table;
    private readonly PacketProcessor _processor = new();

    public FlowHarness(string rules, int maxFlows = 1_000)
        : this(RuleNotation.Parse(rules), maxFlows) { }

    public FlowHarness(RuleSet ruleSet, int maxFlows = 1_000)
    {
        _table = new FlowTable(maxFlows);
        Flows = _table.GetOrAdd(2);
        Run = new RunningRuleSet(2, ruleSet, new(ruleSet, Flows.Shapes), Flows);
        _processor.Run([Run]);
    }

    public FlowTable Table => _table;

    public FlowSet Flows { get; }

    public RunningRuleSet Run { get; }

    public Uptime Now { get; set; } = new(100);

    public void Send(params string[] packets)
    {
        foreach (var packet in packets)
            _processor.Process([Packet(packet)], Now);
    }

    /// <summary>The same packet again and again.</summary>
    public void Process(MatchKey packet, int times)
    {
        for (var i = 0; i < times; i++)
            _processor.Process([packet], Now);
    }

    /// <summary>Every flow as <c>attribute=value … to=packets/octets from=packets/octets</c>, pushed attributes only, in index order.</summary>
    public IReadOnlyList<string> Described(params FlowAttribute[] attributes)
    {
        var described = new List<string>();
        FlowSnapshot flow = default;
        for (var after = 0u; Flows.TryGetNext(after, default, ref flow); after = flow.Index)
        {
            var values = attributes.Select(attribute => Describe(ref flow, attribute)).Where(text => text.Length > 0);
            described.Add(string.Join(' ', [.. values, $"to={flow.ToPdus}/{flow.ToOctets}", $"from={flow.FromPdus}/{flow.FromOctets}"]));
        }
        return described;
    }

    public void Dispose() => _table.Dispose();

    public static MatchKey Packet(string text)
    {
        var words = text.Split(' ');
        var ends = words[0].Split('>');
        MatchKey key = default;
        var source = End(ends[0], ref key.Source);
        End(ends[1], ref key.Dest);
        key.PeerLength = (byte)source.GetAddressBytes().Length;
        key.Source.PeerType = key.Dest.PeerType = (byte)(key.PeerLength == 4 ? 1 : 2);
        var protocol = words.Length > 2 ? words[1] : "tcp";
        key.Source.TransType = key.Dest.TransType = protocol switch
        {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            _ => throw new ArgumentException(text),
        };
        key.NetworkOctets = key.AdjacentOctets = uint.Parse(words[^1], CultureInfo.InvariantCulture);
        return key;
    }

    private static IPAddress End(string text, ref Endpoint end)
    {
        text = text switch
        {
            ['A', .. var rest] => "10.0.0.1" + rest,
            ['B', .. var rest] => "10.0.0.2" + rest,
            ['C', .. var rest] => "10.0.0.3" + rest,
            _ => text,
        };
        var port = 0;
        var isIPv4 = text.Contains('.');
        if (isIPv4 && text.IndexOf(':') is > 0 and var colon)
        {
            port = int.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture);
            text = text[..colon];
        }
        var address = IPAddress.Parse(text);
        address.GetAddressBytes().CopyTo(end.PeerAddress);
        (end.TransAddressHigh, end.TransAddressLow) = ((byte)(port >> 8), (byte)port);
        return address;
    }

    private static string Describe(ref FlowSnapshot flow, FlowAttribute attribute)
    {
        var info = FlowAttributes.Get(attribute);
        if (FlowDataPackage.TagOf(attribute) != FlowDataPackage.OctetStringTag)
            return flow.Number(attribute) == 0 ? "" : $"{Short(attribute)}{flow.Number(attribute)}";
        var mask = info.Mask == FlowAttribute.Null ? default : flow.Octets(info.Mask);
        if (!mask.ContainsAnyExcept((byte)0))
            return "";
        var width = 0;
        foreach (var octet in mask)
            width += System.Numerics.BitOperations.PopCount(octet);
        var value = FlowText.Format(attribute, new FlowValue(flow.Octets(attribute).ToArray()));
        return $"{Short(attribute)} {value}/{width}";
    }

    private static string Short(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.SourcePeerType => "SPT",
            FlowAttribute.DestPeerType => "DPT",
            FlowAttribute.SourcePeerAddress => "SPA",
            FlowAttribute.DestPeerAddress => "DPA",
            FlowAttribute.SourceTransType => "STT",
            FlowAttribute.DestTransType => "DTT",
            FlowAttribute.SourceTransAddress => "STA",
            FlowAttribute.DestTransAddress => "DTA",
            FlowAttribute.FlowClass => "FC",
            FlowAttribute.FlowKind => "FK",
            _ => attribute.ToString(),
        };
}
