using System.Buffers.Binary;
using System.Text;
using Microsoft.Data.Sqlite;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage.Sqlite;

/// <summary>Stores once what many flows have in common: types, masks, interfaces, classes, and the addresses that are zero.</summary>
internal sealed class FlowProfiles
{
    /// <summary>A meter of the usual kind has a dozen; one that makes each flow different must not fill the memory.</summary>
    private const int MostKept = 10_000;

    /// <summary>Octets that an attribute's number takes in a key.</summary>
    private const int LongestNumber = 3;

    private readonly SqliteConnection _connection;
    private readonly FlowCollection _collection;
    private readonly AttributeInfo[] _columns;
    private readonly (int At, ushort Number, bool IsText, bool IsOwn)[] _parts;
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private readonly byte[] _key;
    private readonly byte[][] _recentKeys = new byte[8][];
    private readonly long[] _recentIds = new long[8];
    private int _nextRecent;

    public FlowProfiles(SqliteConnection connection, FlowCollection collection)
    {
        (_connection, _collection) = (connection, collection);
        _columns = [.. SqliteSchema.ProfileColumns.Where(each => collection.Attributes.Contains(each.Number))];
        _parts =
        [
            .. _columns.Select(each =>
                (collection.Attributes.IndexOf(each.Number), (ushort)each.Number, SqliteSchema.IsText(each), SqliteSchema.IsOwn(each))
            ),
        ];
        _key = new byte[_parts.Length * (LongestNumber + 1 + FlowDataPackage.LongestOctets)];
        _recentKeys.AsSpan().Fill([]);
    }

    /// <summary>The profile of that flow, made where there is none yet.</summary>
    public long Find(FlowRecord record)
    {
        var key = _key.AsSpan(0, MakeKey(record.Values));
        for (var i = 0; i < _recentKeys.Length; i++)
        {
            if (key.SequenceEqual(_recentKeys[i]))
                return _recentIds[i];
        }
        var name = Encoding.Latin1.GetString(key);
        if (!_known.TryGetValue(name, out var id))
        {
            if (_known.Count == MostKept)
                _known.Clear();
            _known.Add(name, id = FindOrMake(key.ToArray(), record));
        }
        _recentKeys[_nextRecent] = key.ToArray();
        _recentIds[_nextRecent] = id;
        _nextRecent = (_nextRecent + 1) % _recentKeys.Length;
        return id;
    }

    /// <summary>The octets that tell two profiles apart: which attributes, and their values, but no address that is a flow's own.</summary>
    private int MakeKey(FlowValue[] values)
    {
        var length = 0;
        foreach (var (at, number, isText, isOwn) in _parts)
        {
            ref readonly var value = ref values[at];
            if (number > byte.MaxValue)
            {
                // No attribute that has a column is number 0.
                _key[length++] = 0;
                _key[length++] = (byte)(number >> 8);
            }
            _key[length++] = (byte)number;
            if (isText)
            {
                var octets = value.Octets;
                var isShared = !isOwn || !octets.ContainsAnyExcept((byte)0);
                _key[length++] = isShared ? (byte)octets.Length : byte.MaxValue;
                if (isShared && !isOwn)
                {
                    octets.CopyTo(_key.AsSpan(length));
                    length += octets.Length;
                }
            }
            else if (value.Number < byte.MaxValue)
            {
                _key[length++] = (byte)value.Number;
            }
            else
            {
                _key[length++] = byte.MaxValue;
                BinaryPrimitives.WriteUInt64BigEndian(_key.AsSpan(length), value.Number);
                length += 8;
            }
        }
        return length;
    }

    private long FindOrMake(byte[] key, FlowRecord record)
    {
        using var find = _connection.CreateCommand();
        find.CommandText = "SELECT id FROM profile WHERE epoch_id = $epoch AND key = $key";
        find.Parameters.AddWithValue("$epoch", _collection.Epoch.Id);
        find.Parameters.AddWithValue("$key", key);
        if (find.ExecuteScalar() is long id)
            return id;
        using var make = _connection.CreateCommand();
        make.CommandText =
            $"INSERT INTO profile (epoch_id, key{string.Concat(_columns.Select(each => $", {each.Name}"))}) "
            + $"VALUES ($epoch, $key{string.Concat(_columns.Select((_, i) => $", ${i}"))})";
        make.Parameters.AddWithValue("$epoch", _collection.Epoch.Id);
        make.Parameters.AddWithValue("$key", key);
        for (var i = 0; i < _columns.Length; i++)
            make.Parameters.AddWithValue($"${i}", Shown(_columns[i], record.Values[_parts[i].At]));
        make.ExecuteNonQuery();
        return SqliteDatabase.Number(_connection, "SELECT last_insert_rowid()");
    }

    private static object Shown(AttributeInfo attribute, FlowValue value)
    {
        if (!SqliteSchema.IsText(attribute))
            return (long)value.Number;
        return SqliteSchema.IsShared(attribute, value.Octets) ? FlowText.Format(attribute.Number, value) : DBNull.Value;
    }
}
