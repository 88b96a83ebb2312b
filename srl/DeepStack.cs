using System.Runtime.ExceptionServices;

namespace Rtfm.Srl;

/// <summary>Runs what goes deep into itself, as programs may.</summary>
internal static class DeepStack
{
    /// <summary>Enough for 64 CALLs within each other of statements 100 deep; only what is used takes memory.</summary>
    private const int Size = 256 << 20;

    public static T Run<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(Work, Size);
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;

        void Work()
        {
            try
            {
                result = work();
            }
            catch (Exception thrown)
            {
                fault = ExceptionDispatchInfo.Capture(thrown);
            }
        }
    }
}
