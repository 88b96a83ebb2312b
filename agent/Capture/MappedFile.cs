using System.IO.MemoryMappedFiles;

namespace Rtfm.Agent.Capture;

/// <summary>A capture file mapped into memory, read only.</summary>
/// <remarks>A file that somebody cuts short while it is mapped ends the process: captures are read when they are complete.</remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private bool _isDisposed;

    /// <exception cref="CaptureException">The file cannot be opened.</exception>
    public MappedFile(string path)
    {
        try
        {
            Length = new FileInfo(path).Length;
            if (Length == 0)
                return; // an empty file cannot be mapped
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* data = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
            Data = data;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _view?.Dispose();
            _file?.Dispose();
            throw new CaptureException($"{path}: cannot be read: {fault.Message}", fault);
        }
    }

    public long Length { get; }

    public byte* Data { get; }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (Data != null)
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
