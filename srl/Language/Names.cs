using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl.Language;

/// <summary>Names that stand for values: protocols, ports, address families, classes of service (IANA's registries).</summary>
internal static class Names
{
    private const string Protocols =
        "icmp 1 igmp 2 ipip 4 ip-in-ip 4 tcp 6 egp 8 igp 9 udp 17 ipv6 41 rsvp 46 gre 47 esp 50 ah 51 icmpv6 58 icmp6 58 ipv6-icmp 58 eigrp 88 ospf 89 pim 103 vrrp 112 l2tp 115 isis 124 sctp 132 udplite 136 mpls-in-ip 137";

    private const string Ports =
        "ftp-data 20 ftpdata 20 ftp 21 ssh 22 telnet 23 smtp 25 time 37 whois 43 tacacs 49 domain 53 dns 53 bootps 67 bootpc 68 dhcp 67 tftp 69 gopher 70 finger 79 "
        + "http 80 www 80 kerberos 88 pop3 110 sunrpc 111 ident 113 nntp 119 ntp 123 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 imap 143 snmp 161 "
        + "snmptrap 162 bgp 179 irc 194 ldap 389 https 443 smb 445 isakmp 500 ike 500 syslog 514 printer 515 rip 520 ripng 521 dhcpv6-client 546 "
        + "dhcpv6-server 547 rtsp 554 submission 587 ipp 631 ldp 646 ldaps 636 rsync 873 ftps 990 imaps 993 pop3s 995 openvpn 1194 l2tp 1701 pptp 1723 radius 1812 "
        + "radius-acct 1813 nfs 2049 mysql 3306 rdp 3389 stun 3478 ipsec-nat-t 4500 vxlan 4789 sip 5060 sips 5061 xmpp 5222 mdns 5353 postgresql 5432 "
        + "vnc 5900 geneve 6081 http-alt 8080";

    private const string CodePoints =
        "default 0 be 0 le 1 cs0 0 cs1 8 cs2 16 cs3 24 cs4 32 cs5 40 cs6 48 cs7 56 af11 10 af12 12 af13 14 af21 18 af22 20 af23 22 af31 26 af32 28 af33 30 af41 34 af42 36 af43 38 voice-admit 44 ef 46";

    private const string CongestionMarks = "not-ect 0 ect1 1 ect0 2 ce 3";

    private const string TcpFlags = "fin 1 syn 2 rst 4 psh 8 ack 16 urg 32 ece 64 cwr 128";

    private const string TunnelTypes = "none 0 ipip 1 ip-in-ip 1 ipinip 1 gre 2 vxlan 3";

    private const string Truth = "true 1 false 0";

    private const string PeerTypes = "unknown 0 ipv4 1 ipv6 2 nsap 3 ipx 11 appletalk 12 decnet 13";

    private const string AdjacentTypes = "unknown 0 ip 1 nsap 3 ethernet 7 tokenring 9 ipx 11 appletalk 12 decnet 13 fddi 15";

    /// <summary>The number that a name stands for where an attribute is compared or stored.</summary>
    public static uint? Find(FlowAttribute attribute, string name)
    {
        var words = For(attribute).Split(' ');
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            if (words[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                return uint.Parse(words[i + 1], CultureInfo.InvariantCulture);
        }
        return null;
    }

    /// <summary>The names that may stand for an attribute's values.</summary>
    public static IEnumerable<string> Known(FlowAttribute attribute) => For(attribute).Split(' ').Where((_, i) => i % 2 == 0);

    /// <summary>Names and numbers in turn.</summary>
    private static string For(FlowAttribute attribute) =>
        attribute switch
        {
            FlowAttribute.SourceTransType or FlowAttribute.DestTransType => Protocols,
            FlowAttribute.SourceTransAddress or FlowAttribute.DestTransAddress => Ports,
            FlowAttribute.SourcePeerType or FlowAttribute.DestPeerType or FlowAttribute.InnerPeerType => PeerTypes,
            FlowAttribute.SourceAdjacentType or FlowAttribute.DestAdjacentType => AdjacentTypes,
            FlowAttribute.DSCodePoint => CodePoints,
            FlowAttribute.Ecn => CongestionMarks,
            FlowAttribute.TcpFlags => TcpFlags,
            FlowAttribute.TunnelType => TunnelTypes,
            FlowAttribute.MatchingStoD => Truth,
            _ => "",
        };
}
