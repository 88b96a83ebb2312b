using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Delay.Hashing;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Delay;

/// <summary>Packets of one IP version, without options or extension headers, that wait until there is one for each lane of the registers, and are hashed together.</summary>
/// <remarks>
/// Their octets are turned, within registers, into words side by side: the first of each packet, the second of each. There what does not count is masked, so that nothing depends on a packet's protocol and length: a branch
/// that nobody can foresee takes longer than all this. What counts is said by <see cref="CoveredOctets"/>.
/// </remarks>
internal sealed unsafe class KeyLanes
{
    /// <summary>Packets that are hashed together.</summary>
    public const int Lanes = BobLanes.Count;

    private const int CacheLine = 64;

    /// <summary>Lanes of a register.</summary>
    private const int Half = Lanes / 2;

    /// <summary>Octets of a packet that are taken at once.</summary>
    private const int Chunk = 16;
    private const int WordsOfChunk = Chunk / sizeof(uint);

    /// <summary>The most octets that are taken of a packet.</summary>
    private const int Longest = (CoveredOctets.IPv6Header + KeySettings.MostPayloadOctets + Chunk - 1) / Chunk * Chunk;

    /// <summary>Words of a packet, with those that fill the last block up, and the one before them all.</summary>
    private const int WordCount = Longest / sizeof(uint) + 4;

    private readonly bool _isIPv4;
    private readonly int _header;
    private readonly int _payload;
    private readonly int _chunks;
    private readonly int _length;
    private readonly uint _seed;

    /// <summary>What <see cref="_memory"/> points into.</summary>
    private readonly byte[] _pinned = GC.AllocateArray<byte>(sizeof(Memory) + CacheLine, pinned: true);
    private readonly Memory* _memory;

    /// <param name="payload">How many octets behind the header count.</param>
    public KeyLanes(bool isIPv4, int payload, uint seed)
    {
        (_isIPv4, _payload, _seed) = (isIPv4, payload, seed);
        _header = isIPv4 ? CoveredOctets.IPv4Header : CoveredOctets.IPv6Header;
        _length = (isIPv4 ? CoveredOctets.OfIPv4 : CoveredOctets.OfIPv6) + payload;
        _chunks = (_header + payload + Chunk - 1) / Chunk;
        _memory = (Memory*)(((nuint)Unsafe.AsPointer(ref _pinned[0]) + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }

    /// <summary>Takes a packet, if it has a key.</summary>
    /// <param name="count">How many packets wait already, fewer than <see cref="Lanes"/>.</param>
    /// <param name="ip">Its header, of this version, without options or extension headers, and captured as a whole.</param>
    /// <param name="captured">Octets from there to the end of what was captured.</param>
    /// <param name="length">Octets of the datagram, behind the header. The captured ones stay where they are until <see cref="Hash"/>.</param>
    /// <param name="number">The packet's, in the batch.</param>
    /// <returns>How many packets wait now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(int count, byte* ip, int captured, int length, int number)
    {
        if (captured < _chunks * Chunk && !TryCopy(count, ref ip, captured, length))
            return count;
        _memory->Packets[count] = (nint)ip;
        _memory->Numbers[count] = number;
        return count + 1;
    }

    /// <summary>Gives the packets that wait their keys; then none waits.</summary>
    /// <param name="count">How many wait; at least one.</param>
    /// <param name="selects">Whether the hash selects; else the packets have that already.</param>
    public void Hash(int count, Span<MatchKey> keys, bool selects)
    {
        // The lanes that are left over do what the first does.
        for (var lane = count; lane < Lanes; lane++)
            _memory->Packets[lane] = _memory->Packets[0];
        for (var lane = 0; lane < Lanes; lane += Half)
        {
            Take((byte**)_memory->Packets + lane, _memory->Words + lane);
            Mask(_memory->Words + lane);
        }
        BobLanes.Hash(_memory->Words + Lanes, _length, _seed, _memory->Hashes, _memory->Seconds);
        for (var lane = 0; lane < count; lane++)
        {
            ref var key = ref keys[_memory->Numbers[lane]];
            if (selects)
                key.Selection = _memory->Hashes[lane];
            // 0 says that there is none.
            key.Identity = Math.Max(_memory->Seconds[lane], 1);
        }
    }

    /// <summary>Sixteen octets of eight packets become four words of each, packet beside packet; then the next sixteen.</summary>
    private void Take(byte** packets, uint* to)
    {
        for (var chunk = 0; chunk < _chunks; chunk++, to += WordsOfChunk * Lanes)
        {
            var at = chunk * Chunk;
            if (!Avx2.IsSupported)
            {
                for (var lane = 0; lane < Half; lane++)
                {
                    for (var word = 0; word < WordsOfChunk; word++)
                        to[word * Lanes + lane] = *(uint*)(packets[lane] + at + word * sizeof(uint));
                }
                continue;
            }
            // Four by four words, in both halves of the registers.
            var first = Vector256.Create(Vector128.Load(packets[0] + at), Vector128.Load(packets[4] + at)).AsUInt32();
            var second = Vector256.Create(Vector128.Load(packets[1] + at), Vector128.Load(packets[5] + at)).AsUInt32();
            var third = Vector256.Create(Vector128.Load(packets[2] + at), Vector128.Load(packets[6] + at)).AsUInt32();
            var fourth = Vector256.Create(Vector128.Load(packets[3] + at), Vector128.Load(packets[7] + at)).AsUInt32();
            var (low12, low34) = (Avx2.UnpackLow(first, second).AsUInt64(), Avx2.UnpackLow(third, fourth).AsUInt64());
            var (high12, high34) = (Avx2.UnpackHigh(first, second).AsUInt64(), Avx2.UnpackHigh(third, fourth).AsUInt64());
            Avx2.UnpackLow(low12, low34).AsUInt32().Store(to);
            Avx2.UnpackHigh(low12, low34).AsUInt32().Store(to + Lanes);
            Avx2.UnpackLow(high12, high34).AsUInt32().Store(to + 2 * Lanes);
            Avx2.UnpackHigh(high12, high34).AsUInt32().Store(to + 3 * Lanes);
        }
    }

    /// <summary>Of eight packets' words, what does not count becomes zero, and the second word becomes the first of <see cref="CoveredOctets"/>.</summary>
    /// <param name="words">An octet further on the wire is a higher one.</param>
    private void Mask(uint* words)
    {
        const uint FirstHalf = 0x0000_FFFF;
        const uint SecondHalf = 0xFFFF_0000;
        Vector256<uint> length;
        Vector256<uint> protocol;
        if (_isIPv4)
        {
            length = Vector256.Load(words) >>> 16;
            var identification = Vector256.Load(words + Lanes) & Vector256.Create(CoveredOctets.WithoutDontFragment);
            protocol = Vector256.Load(words + 2 * Lanes) >>> 8 & Vector256.Create(0xFFu);
            (length | protocol << 24).Store(words + Lanes);
            identification.Store(words + 2 * Lanes);
            // What a later fragment begins with is no transport header.
            protocol &= Vector256.Equals(identification & Vector256.Create(CoveredOctets.FragmentOffset), Vector256<uint>.Zero);
        }
        else
        {
            length = Vector256.Load(words + Lanes) & Vector256.Create(FirstHalf);
            protocol = Vector256.Load(words + Lanes) >>> 16 & Vector256.Create(0xFFu);
            (length | protocol << 24).Store(words + Lanes);
        }
        length = (length << 8 | length >>> 8) & Vector256.Create(FirstHalf);
        var transport = words + _header / sizeof(uint) * Lanes;
        var isTcp = Is(protocol, CoveredOctets.Tcp);
        Clear(transport, Is(protocol, CoveredOctets.IcmpV6) & Vector256.Create(SecondHalf));
        Clear(transport + Lanes, (Is(protocol, CoveredOctets.Udp) | Is(protocol, CoveredOctets.UdpLite)) & Vector256.Create(SecondHalf));
        Clear(transport + 2 * Lanes, Is(protocol, CoveredOctets.Sctp));
        Clear(transport + 4 * Lanes, isTcp & Vector256.Create(FirstHalf));

        var counted = Vector256.Min(length - Vector256.Create(_isIPv4 ? (uint)CoveredOctets.IPv4Header : 0), Vector256.Create((uint)_payload));
        var isSyn = isTcp & ~Vector256.Equals(Vector256.Load(transport + 3 * Lanes) & Vector256.Create(0x0200u), Vector256<uint>.Zero);
        counted = Vector256.Min(
            counted,
            Vector256.ConditionalSelect(isSyn, Vector256.Create((uint)CoveredOctets.TcpHeader), Vector256.Create(uint.MaxValue))
        );
        // In each octet how many count, beside its own number.
        var end = (counted * 0x0101_0101u).AsSByte();
        var number = Vector256.Create(0x0302_0100u);
        for (var left = _chunks * Chunk - _header; left > 0; left -= sizeof(uint), transport += Lanes)
        {
            (Vector256.Load(transport) & Vector256.GreaterThan(end, number.AsSByte()).AsUInt32()).Store(transport);
            number += Vector256.Create(0x0404_0404u);
        }
    }

    private static Vector256<uint> Is(Vector256<uint> protocol, byte number) => Vector256.Equals(protocol, Vector256.Create((uint)number));

    private static void Clear(uint* words, Vector256<uint> cleared) => Vector256.AndNot(Vector256.Load(words), cleared).Store(words);

    /// <summary>Copies a packet to where there are octets behind it: there are fewer than are taken at once.</summary>
    /// <returns>False: so few that it has no key.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryCopy(int count, ref byte* ip, int captured, int length)
    {
        var isTransport = !_isIPv4 || (*(uint*)(ip + 4) & CoveredOctets.FragmentOffset) == 0;
        var protocol = isTransport ? ip[_isIPv4 ? 9 : 6] : (byte)0;
        if (CoveredOctets.Counted(protocol, ip + _header, captured - _header, length, _payload) < 0)
            return false;
        var copy = _memory->Copies + count * Longest;
        new ReadOnlySpan<byte>(ip, captured).CopyTo(new Span<byte>(copy, Longest));
        ip = copy;
        return true;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Memory
    {
        /// <summary>The packets' words; those that are never written are zeros.</summary>
        public fixed uint Words[WordCount * Lanes];
        public fixed long Packets[Lanes];
        public fixed uint Hashes[Lanes];
        public fixed uint Seconds[Lanes];
        public fixed int Numbers[Lanes];
        public fixed byte Copies[Longest * Lanes];
    }
}
