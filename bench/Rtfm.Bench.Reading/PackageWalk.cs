using System.Net;
using System.Net.Sockets;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Bench.Reading;

/// <summary>Walks flowDataPackageTable with GETBULK, many requests in flight, each within its own range of flow indexes; looks at names only.</summary>
internal sealed class PackageWalk : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
    private readonly byte[] _request = new byte[2_048];
    private readonly byte[] _answer = new byte[65_536];
    private readonly uint[] _name;
    private readonly (uint Last, uint End)[] _ranges;
    private readonly uint _rangeLength;
    private uint _nextRange;
    private bool _isEndSeen;
    private int _inFlight;

    /// <param name="ruleSet">Whose flows.</param>
    /// <param name="since">The time mark: flows that were active then or later.</param>
    /// <param name="requests">Requests in flight.</param>
    /// <param name="rangeLength">Flow indexes in a range.</param>
    public PackageWalk(IPEndPoint agent, FlowAttribute[] attributes, uint ruleSet, uint since, int requests, uint rangeLength)
    {
        _socket.Connect(agent);
        _socket.ReceiveTimeout = 5_000;
        _name =
        [
            .. FlowMeterMib.DataPackageEntry,
            5,
            (uint)attributes.Length,
            .. Array.ConvertAll(attributes, each => (uint)each),
            ruleSet,
            since,
            0,
        ];
        _ranges = new (uint, uint)[requests];
        _rangeLength = rangeLength;
    }

    /// <summary>Octets of the largest answer.</summary>
    public int LargestAnswer { get; private set; }

    /// <summary>Requests sent.</summary>
    public int Requests { get; private set; }

    /// <summary>Walks the table once.</summary>
    /// <returns>The packages that came.</returns>
    public int Run()
    {
        (_nextRange, _isEndSeen) = (0, false);
        var packages = 0;
        for (var i = 0; i < _ranges.Length; i++)
            Begin(i);
        while (_inFlight > 0)
        {
            var length = _socket.Receive(_answer);
            _inFlight--;
            LargestAnswer = Math.Max(LargestAnswer, length);
            var (slot, came, isAtEnd) = Read(_answer.AsSpan(0, length));
            packages += came;
            if (isAtEnd)
                Begin(slot);
            else
                Ask(slot);
        }
        return packages;
    }

    public void Dispose() => _socket.Dispose();

    private void Begin(int slot)
    {
        if (_isEndSeen)
            return;
        _ranges[slot] = (_nextRange, _nextRange + _rangeLength);
        _nextRange += _rangeLength;
        Ask(slot);
    }

    private void Ask(int slot)
    {
        var (last, end) = _ranges[slot];
        _name[^1] = last;
        var writer = new BerWriter(_request);
        var message = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)SnmpVersion.V2c);
        writer.OctetString("bench"u8);
        var pdu = writer.Begin((byte)PduType.GetBulkRequest, lengthOctets: 3);
        writer.Integer(slot);
        writer.Integer(0);
        writer.Integer(end - last);
        var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        var varBind = writer.Begin((byte)BerTag.Sequence);
        writer.Oid(_name);
        writer.Empty(BerTag.Null);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        writer.End(message);
        _socket.Send(writer.Written);
        Requests++;
        _inFlight++;
    }

    /// <summary>Counts what belongs to the range that was asked for.</summary>
    private (int Slot, int Packages, bool IsAtEnd) Read(ReadOnlySpan<byte> answer)
    {
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        reader.Enter((byte)PduType.Response);
        var slot = reader.Integer();
        var status = reader.Integer();
        reader.Integer();
        reader.Enter();
        if (reader.Error != BerError.None || status != 0)
            throw new InvalidOperationException($"an answer with error-status {status}");
        OidBuffer name = default;
        ref var range = ref _ranges[slot];
        var packages = 0;
        while (!reader.IsAtEnd)
        {
            var outer = reader.Enter();
            reader.Oid(ref name);
            reader.Any(out var tag);
            reader.Leave(outer);
            if (tag != (byte)BerTag.OctetString || !name.Span.StartsWith(_name.AsSpan(0, _name.Length - 1)))
            {
                _isEndSeen = true;
                return (slot, packages, true);
            }
            if (name.Span[^1] > range.End)
                return (slot, packages, true);
            range.Last = name.Span[^1];
            packages++;
        }
        return (slot, packages, range.Last == range.End);
    }
}
