using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Usm;

/// <summary>What an engine that has authority does with messages: good ones, old ones, forged ones (RFC 3412 §7.2, RFC 3414 §3.2).</summary>
public sealed class V3EngineTests
{
    private const int Boots = 7;
    private static readonly EngineId Id = new([0x80, 0, 0x1F, 0x88, 5, 1, 2, 3, 4]);
    private static readonly uint[] SysUpTime = [1, 3, 6, 1, 2, 1, 1, 3, 0];
    private static readonly UsmUser User = MakeUser(AuthProtocol.HmacSha256, PrivProtocol.Aes128);

    private FakeClock _clock = null!;
    private SnmpCounters _counters = null!;
    private SnmpEngine _engine = null!;

    [SetUp]
    public void MakeEngine()
    {
        (_clock, _counters) = (new(), new());
        _engine = Engine(new SnmpConfiguration().WithStandardAccess().WithUser(User, Permission.Read));
    }

    [Test]
    public void A_request_is_answered_with_the_same_msgID_encrypted_and_signed()
    {
        var answer = Read(Ask(Request(id: 4711)));
        Assert.That(answer.MessageId, Is.EqualTo(4711));
        Assert.That(answer.Flags, Is.EqualTo(V3Message.AuthFlag | V3Message.PrivFlag));
        Assert.That(answer.Type, Is.EqualTo(PduType.Response));
    }

    [Test]
    public void Every_pair_of_protocols_goes_both_ways([Values] AuthProtocol auth, [Values] PrivProtocol priv)
    {
        Assume.That(auth != AuthProtocol.None || priv == PrivProtocol.None);
        var user = MakeUser(auth, priv);
        _engine = Engine(new SnmpConfiguration().WithStandardAccess().WithUser(user, Permission.Read));
        Assert.That(Read(Ask(Request(user: user)), user).Type, Is.EqualTo(PduType.Response));
    }

    [Test]
    public void An_answer_that_takes_into_the_next_second_is_encrypted_with_the_time_that_it_names()
    {
        _engine = Engine(new SnmpConfiguration().WithStandardAccess().WithUser(User, Permission.Read), clock: new HurryingClock());
        Assert.That(Read(Ask(Request())).Type, Is.EqualTo(PduType.Response));
    }

    [Test]
    public void An_engine_is_discovered_by_a_Report_that_has_its_ID_and_time()
    {
        _clock.Advance(TimeSpan.FromSeconds(100));
        var answer = Read(Ask(Request(engineId: [], user: MakeUser(AuthProtocol.None, PrivProtocol.None), name: "")));
        Assert.That(answer.Type, Is.EqualTo(PduType.Report));
        Assert.That(answer.EngineId, Is.EqualTo(Id.Octets.ToArray()));
        Assert.That((answer.Boots, answer.Time), Is.EqualTo((Boots, 100)));
        Assert.That(answer.Name, Is.EqualTo("1.3.6.1.6.3.15.1.1.4.0"));
    }

    [TestCase(Boots, 150, true)]
    [TestCase(Boots, 151, false)]
    [TestCase(Boots, -150, true)]
    [TestCase(Boots, -151, false)]
    [TestCase(Boots - 1, 0, false)]
    [TestCase(Boots + 1, 0, false)]
    public void A_message_is_taken_for_150_seconds_of_this_boot_only(int boots, int offset, bool isTaken)
    {
        _clock.Advance(TimeSpan.FromSeconds(1_000));
        var answer = Read(Ask(Request(boots: boots, time: 1_000 + offset)));
        Assert.That(answer.Type, Is.EqualTo(isTaken ? PduType.Response : PduType.Report));
        Assert.That(_counters.NotInTimeWindows, Is.EqualTo(isTaken ? 0 : 1));
    }

    [Test]
    public void A_Report_about_time_is_signed_so_that_the_sender_can_trust_it()
    {
        var answer = Read(Ask(Request(boots: Boots - 1)));
        Assert.That(answer.Flags, Is.EqualTo(V3Message.AuthFlag));
        Assert.That(answer.Name, Is.EqualTo("1.3.6.1.6.3.15.1.1.2.0"));
    }

    [Test]
    public void Time_that_stands_still_at_its_end_lets_nothing_in()
    {
        _engine = Engine(new SnmpConfiguration().WithStandardAccess().WithUser(User, Permission.Read), boots: int.MaxValue);
        Assert.That(Read(Ask(Request(boots: int.MaxValue))).Type, Is.EqualTo(PduType.Report));
    }

    [Test]
    public void A_message_that_anyone_changed_anywhere_is_refused()
    {
        var good = Request();
        var answered = 0;
        for (var at = 0; at < good.Length; at++)
        {
            var forged = (byte[])good.Clone();
            forged[at] ^= 0x01;
            if (Ask(forged) is { Length: > 0 } answer && Read(answer).Type == PduType.Response)
                answered++;
        }
        Assert.That(answered, Is.Zero);
    }

    [Test]
    public void A_message_cut_off_anywhere_is_refused()
    {
        var good = Request();
        for (var length = 0; length < good.Length; length++)
        {
            if (Ask(good[..length]) is { Length: > 0 } answer)
                Assert.That(Read(answer).Type, Is.EqualTo(PduType.Report));
        }
    }

    [Test]
    public void An_answer_that_is_sent_back_is_not_answered()
    {
        var reflected = Ask(Request());
        Assert.That(Ask(reflected), Is.Empty);
    }

    [Test]
    public void A_message_that_is_encrypted_but_not_signed_is_dropped_and_counted()
    {
        Assert.That(Ask(Request(flags: V3Message.PrivFlag | V3Message.ReportableFlag)), Is.Empty);
        Assert.That(_counters.InvalidMessages, Is.EqualTo(1));
    }

    [Test]
    public void Nothing_is_reported_to_who_does_not_want_it()
    {
        Assert.That(Ask(Request(flags: V3Message.AuthFlag | V3Message.PrivFlag, name: "nobody")), Is.Empty);
        Assert.That(_counters.UnknownUserNames, Is.EqualTo(1));
    }

    [Test]
    public void An_answer_is_not_longer_than_the_sender_takes()
    {
        var answer = Ask(Request(type: PduType.GetBulkRequest, maxSize: 500, repetitions: 1_000, name2: [1, 3]));
        Assert.That(answer.Length, Is.InRange(300, 500));
    }

    [Test]
    public void The_engine_can_be_named_as_the_local_one()
    {
        var answer = Read(Ask(Request(contextEngineId: [0x80, 0, 0, 0, 6])));
        Assert.That(answer.Type, Is.EqualTo(PduType.Response));
    }

    [Test]
    public void Mutated_messages_never_throw_and_are_never_answered_as_the_user()
    {
        var random = new Random(7);
        var good = Request();
        for (var i = 0; i < 100_000; i++)
        {
            var message = (byte[])good.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            if (message.AsSpan().SequenceEqual(good))
                continue;
            if (Ask(message) is { Length: > 0 } answer)
                Assert.That(Read(answer).Type, Is.EqualTo(PduType.Report));
        }
    }

    private SnmpEngine Engine(SnmpConfiguration configuration, int boots = Boots, TimeProvider? clock = null) =>
        new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(Id, boots, clock ?? _clock),
                Configuration = () => configuration,
                Mib = new MibTree([new UpTime(), new Numbers()]),
                Counters = _counters,
            }
        );

    private byte[] Ask(byte[] message)
    {
        var answer = new byte[65_536];
        return answer[.._engine.Process(message, answer, default)];
    }

    private static UsmUser MakeUser(AuthProtocol auth, PrivProtocol priv)
    {
        var key = auth == AuthProtocol.None ? [] : KeyLocalization.PasswordToKey(auth, "maplesyrup"u8);
        return new()
        {
            EngineId = Id,
            Name = "user",
            Auth = auth,
            AuthKey = auth == AuthProtocol.None ? [] : KeyLocalization.Localize(auth, key, Id.Octets),
            Priv = priv,
            PrivKey = priv == PrivProtocol.None ? [] : KeyLocalization.LocalizePrivacy(auth, priv, key, Id.Octets),
        };
    }

    private static byte[] Request(
        PduType type = PduType.GetRequest,
        int id = 1,
        UsmUser? user = null,
        string name = "user",
        byte[]? engineId = null,
        int boots = Boots,
        int time = 0,
        int? flags = null,
        int maxSize = 65_507,
        int repetitions = 0,
        byte[]? contextEngineId = null,
        uint[]? name2 = null
    )
    {
        user ??= User;
        var own = user.Level switch
        {
            SecurityLevel.AuthPriv => V3Message.AuthFlag | V3Message.PrivFlag,
            SecurityLevel.AuthNoPriv => V3Message.AuthFlag,
            _ => 0,
        };
        var header = new UsmHeader
        {
            MessageId = id,
            MaxSize = maxSize,
            Flags = (byte)(flags ?? own | V3Message.ReportableFlag),
            EngineId = engineId ?? Id.Octets,
            Boots = (uint)boots,
            Time = (uint)time,
            UserName = Encoding.UTF8.GetBytes(name),
            Principal = new UsmPrincipal(user),
            ContextEngineId = contextEngineId ?? Id.Octets,
            ContextName = [],
        };
        var writer = new BerWriter(new byte[2_048]);
        var marks = UsmEnvelope.Begin(header, ref writer);
        var pdu = writer.Begin((byte)type);
        writer.Integer(1);
        writer.Integer(0);
        writer.Integer(repetitions);
        var list = writer.Begin((byte)BerTag.Sequence);
        var varBind = writer.Begin((byte)BerTag.Sequence);
        writer.Oid(name2 ?? SysUpTime);
        writer.Empty(BerTag.Null);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        UsmEnvelope.End(header, ref writer, marks);
        return writer.Written.ToArray();
    }

    private sealed record Answer(int MessageId, int Flags, byte[] EngineId, int Boots, int Time, PduType Type, string Name);

    private static Answer Read(byte[] message, UsmUser? user = null)
    {
        var reader = new BerReader(message);
        reader.Enter();
        reader.Integer();
        Assert.That(V3Message.TryRead(message, ref reader, out var v3));
        Assert.That(UsmParameters.TryRead(v3.SecurityParameters, out var usm));
        var principal = new UsmPrincipal(user ?? User);
        if ((v3.Flags & V3Message.AuthFlag) != 0)
        {
            var unsigned = (byte[])message.Clone();
            unsigned.AsSpan(v3.SecurityParametersAt + usm.TagAt, usm.Tag.Length).Clear();
            Assert.That(principal.IsSigned(unsigned, usm.Tag), "the answer is not signed");
        }
        var data = v3.Data.ToArray();
        if ((v3.Flags & V3Message.PrivFlag) != 0)
            Assert.That(principal.TryDecrypt(v3.Data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, data));
        Assert.That(ScopedPdu.TryRead(data, out var scoped));
        Assert.That(PduHeader.TryRead(scoped.Pdu, out var pdu));
        var varBinds = new VarBindReader(scoped.Pdu.Slice(pdu.VarBinds, pdu.VarBindsLength));
        varBinds.Read();
        return new(v3.MessageId, v3.Flags, usm.EngineId.ToArray(), usm.Boots, usm.Time, pdu.Type, new ObjectIdentifier(varBinds.Name).ToString());
    }

    private sealed class UpTime : IMibProvider
    {
        public ObjectIdentifier Root { get; } = new(1, 3, 6, 1, 2, 1, 1, 3);

        public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
        {
            response.TimeTicks(name, 42);
            return GetOutcome.Found;
        }

        public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response) => false;
    }

    /// <summary>A thousand numbers.</summary>
    private sealed class Numbers : IMibProvider
    {
        public ObjectIdentifier Root { get; } = new(1, 3, 6, 1, 3, 1);

        public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response) => GetOutcome.NoSuchInstance;

        public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
        {
            var next = Root.IsPrefixOf(after) && after.Length > Root.Length ? after[Root.Length] + 1 : 0;
            if (next >= 1_000 || !Root.IsPrefixOf(after) && after.SequenceCompareTo(Root.Span) > 0)
                return false;
            response.Integer(Root.Append(next).Span, next);
            return true;
        }
    }

    /// <summary>Each look at it takes a second.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now++;
    }
}
