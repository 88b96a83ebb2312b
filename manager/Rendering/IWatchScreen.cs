using Rtfm.Control.Domain;

namespace Rtfm.Manager.Rendering;

/// <summary>Where a watch shows what it sees and hears, from any thread. When it is disposed the terminal is as it was.</summary>
internal interface IWatchScreen : IDisposable
{
    /// <param name="status">Null: nobody answered.</param>
    /// <param name="complaint">What went wrong, in one or more lines; null: nothing.</param>
    void Show(DomainStatus? status, string? complaint);

    void Tell(DomainEvent heard);
}

/// <summary>For programs: an object on a line for each look and each event.</summary>
internal sealed class WatchJson : IWatchScreen
{
    private readonly Lock _lock = new();

    public void Show(DomainStatus? status, string? complaint)
    {
        lock (_lock)
            Screen.ShowLine(
                new
                {
                    Time = DateTimeOffset.UtcNow,
                    Status = status,
                    Complaint = complaint,
                }
            );
    }

    public void Tell(DomainEvent heard)
    {
        lock (_lock)
            Screen.ShowLine(new { Time = DateTimeOffset.UtcNow, Event = heard });
    }

    public void Dispose() { }
}

/// <summary>For files and pipes: the tables of each look, and what was heard since the one before.</summary>
internal sealed class WatchText(TextWriter output) : IWatchScreen
{
    private readonly Lock _lock = new();
    private readonly List<DomainEvent> _events = [];
    private bool _isOver;

    public void Show(DomainStatus? status, string? complaint)
    {
        lock (_lock)
        {
            if (complaint is not null)
                output.WriteLine(complaint);
            PlainText.Write([.. status is null ? [] : DomainScreen.Status(status), .. Events()], output);
            output.WriteLine();
            output.Flush();
        }
    }

    public void Tell(DomainEvent heard)
    {
        lock (_lock)
            _events.Add(heard);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isOver)
                PlainText.Write([.. Events()], output);
            _isOver = true;
        }
    }

    private IEnumerable<Sheet> Events()
    {
        if (_events.Count > 0)
            yield return WatchScreen.Events([.. _events]);
        _events.Clear();
    }
}
