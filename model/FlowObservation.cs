using System.Globalization;

namespace Rtfm.Model;

/// <summary>What one member of a domain saw of a flow: a record of its own flow table, without the key, which is the same for all (decision 0012).</summary>
/// <remarks>
/// Attribute <see cref="FlowAttribute.Observations"/> is an octet with the version of the encoding, 1, and the observations one after the other, each as these numbers in order: member (plus 65,536 where its own record is turned), boots, flow
/// index, first time, time from there to the last activity, source and destination interface, octets and PDUs to the destination, octets and PDUs from there. A number is
/// seven bits an octet, the lowest first, the top bit set in all octets but its last. Most observations are 20 to 30 octets.
/// </remarks>
public readonly record struct FlowObservation
{
    private const byte EncodingVersion = 1;
    private const int Numbers = 11;
    private const ulong TurnedBit = 1 << 16;

    /// <summary>No observation is longer as octets.</summary>
    public const int LongestOctets = Numbers * VarInt.Longest;

    /// <summary>The member's number in the domain.</summary>
    public ushort Member { get; init; }

    /// <summary>Its snmpEngineBoots when it saw the flow.</summary>
    public uint Boots { get; init; }

    /// <summary>The flow's index in its table: with boots and first time it says which record it was.</summary>
    public uint FlowIndex { get; init; }

    /// <summary>In the member's Uptime.</summary>
    public uint FirstTime { get; init; }

    /// <summary>In the member's Uptime.</summary>
    public uint LastActive { get; init; }

    /// <summary>The member's own record has source and destination the other way round.</summary>
    public bool IsTurned { get; init; }

    /// <summary>0: not seen coming from the source at an edge.</summary>
    public ushort SourceInterface { get; init; }

    /// <summary>0: not seen leaving towards the destination at an edge.</summary>
    public ushort DestInterface { get; init; }

    public ulong ToOctets { get; init; }

    public ulong ToPdus { get; init; }

    public ulong FromOctets { get; init; }

    public ulong FromPdus { get; init; }

    /// <summary>The flow enters the domain there.</summary>
    public bool IsEntry => SourceInterface != 0 && DestInterface == 0;

    /// <summary>The flow leaves the domain there.</summary>
    public bool IsExit => SourceInterface == 0 && DestInterface != 0;

    /// <summary>The observation as it is of the flow seen from its other end.</summary>
    public FlowObservation Reverse() =>
        this with
        {
            IsTurned = !IsTurned,
            SourceInterface = DestInterface,
            DestInterface = SourceInterface,
            ToOctets = FromOctets,
            ToPdus = FromPdus,
            FromOctets = ToOctets,
            FromPdus = ToPdus,
        };

    /// <summary>Writes what stands before the first observation.</summary>
    /// <returns>The octets written.</returns>
    public static int Begin(Span<byte> octets)
    {
        octets[0] = EncodingVersion;
        return 1;
    }

    /// <param name="octets">At least <see cref="LongestOctets"/>.</param>
    /// <returns>The octets written.</returns>
    public int Write(Span<byte> octets)
    {
        var at = VarInt.Put(octets, Member | (IsTurned ? TurnedBit : 0));
        at += VarInt.Put(octets[at..], Boots);
        at += VarInt.Put(octets[at..], FlowIndex);
        at += VarInt.Put(octets[at..], FirstTime);
        at += VarInt.Put(octets[at..], unchecked(LastActive - FirstTime));
        at += VarInt.Put(octets[at..], SourceInterface);
        at += VarInt.Put(octets[at..], DestInterface);
        at += VarInt.Put(octets[at..], ToOctets);
        at += VarInt.Put(octets[at..], ToPdus);
        at += VarInt.Put(octets[at..], FromOctets);
        return at + VarInt.Put(octets[at..], FromPdus);
    }

    /// <summary>Reads all observations of a record.</summary>
    /// <returns>False where the octets are of no such encoding; none at all are no observations.</returns>
    public static bool TryReadAll(ReadOnlySpan<byte> octets, out List<FlowObservation> observations)
    {
        observations = [];
        if (octets.IsEmpty)
            return true;
        if (octets[0] != EncodingVersion)
            return false;
        for (octets = octets[1..]; !octets.IsEmpty; )
        {
            if (!TryRead(ref octets, out var observation))
                return false;
            observations.Add(observation);
        }
        return true;
    }

    /// <summary>As in logs: MEMBER.BOOTS.FLOW, interfaces, octets and packets of both directions.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Member}.{Boots}.{FlowIndex}:{SourceInterface}>{DestInterface}:{ToOctets}/{ToPdus}:{FromOctets}/{FromPdus}"
        );

    private static bool TryRead(ref ReadOnlySpan<byte> octets, out FlowObservation observation)
    {
        observation = default;
        Span<ulong> numbers = stackalloc ulong[Numbers];
        foreach (ref var number in numbers)
        {
            if (!VarInt.TryTake(ref octets, out number))
                return false;
        }
        if (numbers[0] > (ushort.MaxValue | TurnedBit) || numbers[5] > ushort.MaxValue || numbers[6] > ushort.MaxValue)
            return false;
        foreach (var number in numbers[1..5])
        {
            if (number > uint.MaxValue)
                return false;
        }
        observation = new()
        {
            Member = (ushort)numbers[0],
            IsTurned = (numbers[0] & TurnedBit) != 0,
            Boots = (uint)numbers[1],
            FlowIndex = (uint)numbers[2],
            FirstTime = (uint)numbers[3],
            LastActive = unchecked((uint)(numbers[3] + numbers[4])),
            SourceInterface = (ushort)numbers[5],
            DestInterface = (ushort)numbers[6],
            ToOctets = numbers[7],
            ToPdus = numbers[8],
            FromOctets = numbers[9],
            FromPdus = numbers[10],
        };
        return true;
    }
}
