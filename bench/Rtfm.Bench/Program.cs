using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using Rtfm.Bench.Agent;
using Rtfm.Bench.Delay;
using Rtfm.Bench.Domain;
using Rtfm.Bench.Meters;
using Rtfm.Bench.SnmpLoad;

if (args is ["meter", .. var rest])
    return MeterCommand.Run(rest);
if (args is ["snmp", .. var more])
    return SnmpCommand.Run(more);
if (args is ["domain", .. var others])
    return DomainCommand.Run(others);
if (args is ["delay", .. var measured])
    return DelayCommand.Run(measured);
if (args is [Responder.Verb])
    return Responder.Run();

// Short runs: enough to see what got slower or allocates; --job default measures longer.
var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.ShortRun.AsDefault()).AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(PacketPath).Assembly).Run(args, config);
return 0;
