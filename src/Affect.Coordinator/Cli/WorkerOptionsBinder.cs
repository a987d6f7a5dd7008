using System.CommandLine;
using Affect.Coordinator.Serving;

namespace Affect.Coordinator.Cli;

/// <summary>The options of a worker, defined once for <c>serve</c> and <c>worker</c>.</summary>
internal sealed class WorkerOptionsBinder
{
    private readonly Option<int> _workers;
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<string> _decoder = CommonOptions.Decoder();

    private readonly Option<double> _grace = new("--grace")
    {
        Description = "Seconds that chunks in hand get when it is told to end; then they are given back", DefaultValueFactory = _ => 25,
    };

    private WorkerOptionsBinder(string description) => _workers = new("--workers", "-w") { Description = description, DefaultValueFactory = _ => Environment.ProcessorCount };

    public static WorkerOptionsBinder AddTo(Command command, int fewest)
    {
        var options = new WorkerOptionsBinder(fewest == 0 ? "Chunks labelled at the same time by the server itself; 0: by other workers only" : "Chunks labelled at the same time");
        foreach (var option in new Option[] { options._workers, options._device, options._decoder, options._grace })
        {
            command.Options.Add(option);
        }

        CommonOptions.Range(options._workers, v => v >= fewest && v <= 256, $"{fewest} to 256");
        CommonOptions.Range(options._grace, v => v is >= 0 and <= 3600, "0 to 3600");
        return options;
    }

    public WorkerArguments Bind(ParseResult parsed) => new(
        parsed.GetValue(_workers), parsed.GetRequiredValue(_device), parsed.GetRequiredValue(_decoder), TimeSpan.FromSeconds(parsed.GetValue(_grace)));
}
