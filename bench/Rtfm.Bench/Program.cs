using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;

// Short runs: enough to see what got slower or allocates; --job default measures longer.
var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.ShortRun.AsDefault()).AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
