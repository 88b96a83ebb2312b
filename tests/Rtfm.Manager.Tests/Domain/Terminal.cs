using System.Diagnostics;
using System.Text;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Domain;

/// <summary><c>rtfm-manager</c> at a pseudo-terminal of util-linux's <c>script</c>, and all that it wrote there.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;

    public Terminal(int width, int height, string stateFolder, params string[] arguments)
    {
        var program = string.Join(' ', ((string[])["dotnet", Programs.Path("rtfm-manager"), .. arguments]).Select(each => $"'{each}'"));
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols {width} rows {height}; exec {program}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm";
        start.Environment["XDG_STATE_HOME"] = stateFolder;
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public static bool IsInstalled => File.Exists("/usr/bin/script");

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Presses Ctrl-C and waits for the end.</summary>
    public int CtrlC()
    {
        _process.StandardInput.Write('\x03');
        _process.StandardInput.Flush();
        _process.WaitForExit();
        _reading.Wait();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4_096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var length)
        {
            lock (_output)
                _output.Append(buffer, 0, length);
        }
    }
}
