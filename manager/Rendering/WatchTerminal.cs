using System.Runtime.InteropServices;
using System.Text;
using Rtfm.Control.Domain;

namespace Rtfm.Manager.Rendering;

/// <summary>For people: a screen of its own, drawn anew with each look, event and change of its size; in the end the last look stays on the terminal.</summary>
internal sealed class WatchTerminal : IWatchScreen
{
    // ECMA-48, and xterm's private modes: another screen, no cursor, lines that are cut instead of wrapped.
    private const string Begin = "\e[?1049h\e[?25l\e[?7l";
    private const string End = "\e[?7h\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ToEndOfLine = "\e[K";
    private const string ToEndOfScreen = "\e[J";

    /// <summary>More than a large screen has room for.</summary>
    private const int MostEvents = 100;

    private readonly Lock _lock = new();
    private readonly Queue<DomainEvent> _events = [];
    private readonly TextWriter _output = Console.Out;
    private readonly PosixSignalRegistration? _resized;
    private DomainStatus? _status;
    private string? _complaint;
    private bool _hasLooked;
    private bool _isOver;

    public WatchTerminal()
    {
        _output.Write(Begin + Home + ToEndOfScreen);
        _output.Flush();
        if (!OperatingSystem.IsWindows())
            _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Draw());
    }

    public void Show(DomainStatus? status, string? complaint)
    {
        lock (_lock)
        {
            (_status, _complaint, _hasLooked) = (status, complaint, true);
            Draw();
        }
    }

    public void Tell(DomainEvent heard)
    {
        lock (_lock)
        {
            _events.Enqueue(heard);
            if (_events.Count > MostEvents)
                _events.Dequeue();
            Draw();
        }
    }

    public void Dispose()
    {
        _resized?.Dispose();
        lock (_lock)
        {
            if (_isOver)
                return;
            _isOver = true;
            _output.Write(End);
            foreach (var line in Lines())
                _output.WriteLine(line);
            _output.Flush();
        }
    }

    private void Draw()
    {
        lock (_lock)
        {
            if (_isOver || !_hasLooked)
                return;
            // In one piece, over what is there: nothing flickers. What is erased is erased first: behind a full line it would be its last character.
            var frame = new StringBuilder(Home);
            var lines = Lines();
            for (var i = 0; i < lines.Count; i++)
                frame.Append(i == 0 ? "" : "\r\n").Append(ToEndOfLine).Append(lines[i]);
            if (lines.Count < Console.WindowHeight)
                frame.Append("\r\n" + ToEndOfScreen);
            _output.Write(frame);
            _output.Flush();
        }
    }

    private IReadOnlyList<string> Lines() =>
        _hasLooked ? WatchScreen.Lines(_status, _complaint, [.. _events], Math.Max(Console.WindowWidth, 1), Math.Max(Console.WindowHeight, 1)) : [];
}
