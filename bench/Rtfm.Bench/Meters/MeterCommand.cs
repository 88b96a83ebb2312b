using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

internal static class MeterCommand
{
    public static int Run(string[] args)
    {
        foreach (var p in new[] { TraceParameters.A, TraceParameters.B })
        {
            var t = new TraceCache(args[0]).Get(p, Console.Error.WriteLine);
            Console.WriteLine(t);
        }
        return 0;
    }
}
