using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rtfm.Agent.Capture;

/// <summary>A part of a file in memory, which moves on through it.</summary>
/// <remarks>
/// Reading a piece that stays in the cache is quicker than mapping the file, which costs a page table entry for every 4 KiB; and a file that somebody cuts short
/// only ends early.
/// </remarks>
internal sealed unsafe class FileWindow : IDisposable
{
    /// <summary>Octets read at once: few calls, and they fit the second cache.</summary>
    private const int Piece = 131_072;

    /// <summary>Room for the longest record behind a piece.</summary>
    private const int Capacity = CaptureFile.LongestPacket + 2 * Piece;

    /// <summary>So much may be asked for at once.</summary>
    public const int Longest = Capacity - Piece;

    private readonly SafeFileHandle _file;
    private readonly byte* _data;
    private long _start;
    private int _length;
    private bool _isAtEnd;
    private bool _isDisposed;

    /// <exception cref="CaptureException">The file cannot be opened.</exception>
    public FileWindow(string path)
    {
        Path = path;
        try
        {
            _file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            Length = RandomAccess.GetLength(_file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptureException($"{path}: cannot be read: {fault.Message}", fault);
        }
        _data = (byte*)NativeMemory.Alloc(Capacity);
    }

    public string Path { get; }

    /// <summary>Octets of the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Where an octet of the file is in memory; valid until the window moves.</summary>
    /// <param name="position">Of the file, within the window.</param>
    public byte* At(long position) => _data + (position - _start);

    /// <summary>How many octets from a position on are in memory, or can be: fewer than asked for only at the end of the file.</summary>
    /// <param name="wanted">At most <see cref="Longest"/>.</param>
    /// <param name="mayMove">False while something in the window is still needed.</param>
    /// <exception cref="CaptureException">The file cannot be read.</exception>
    public int Available(long position, int wanted, bool mayMove)
    {
        var available = _start + _length - position;
        if (available >= wanted || _isAtEnd || !mayMove)
            return (int)Math.Max(available, 0);
        Move(position, wanted);
        return _length;
    }

    /// <summary>True where nothing follows what is in memory.</summary>
    public bool IsAtEnd => _isAtEnd;

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_data);
        _file.Dispose();
    }

    private void Move(long position, int wanted)
    {
        var kept = (int)Math.Clamp(_start + _length - position, 0, Capacity);
        if (kept > 0)
            Buffer.MemoryCopy(At(position), _data, Capacity, kept);
        (_start, _length) = (position, kept);
        try
        {
            do
            {
                var read = RandomAccess.Read(_file, new Span<byte>(_data + _length, Math.Min(Piece, Capacity - _length)), _start + _length);
                _length += read;
                _isAtEnd = read == 0;
            } while (_length < wanted && !_isAtEnd);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CaptureException($"{Path}: cannot be read: {fault.Message}", fault);
        }
    }
}
