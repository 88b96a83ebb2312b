using System.Diagnostics;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>A program that runs until it is disposed of, in a folder of its own.</summary>
internal sealed class Service : IDisposable
{
    private readonly Process _process;

    private Service(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        // Nobody reads it, but a full pipe would stop the program.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static Service Start(string program, params string[] arguments) => new(program, arguments);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
