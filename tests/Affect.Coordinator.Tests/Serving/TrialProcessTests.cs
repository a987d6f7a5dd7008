using Affect.Coordinator.Cli;
using Affect.Coordinator.Serving;
using Affect.Core.Failures;

namespace Affect.Coordinator.Tests.Serving;

public sealed class TrialProcessTests
{
    /// <summary>What a process says and ends with by itself would be the same here; only what it cannot help is the chunk's doing.</summary>
    [Theory]
    [InlineData(ExitCodes.Success, null)]
    [InlineData(ExitCodes.NoInput, null)]
    [InlineData(ExitCodes.Unavailable, null)]
    [InlineData(ExitCodes.Storage, null)]
    [InlineData(ExitCodes.Interrupted, null)]
    [InlineData(128 + 15, null)]
    [InlineData(ExitCodes.Internal, "stopped at a defect")]
    [InlineData(128 + 6, "was ended by signal 6")]
    [InlineData(128 + 9, "was ended by signal 9")]
    [InlineData(128 + 11, "was ended by signal 11")]
    public void FailureOf_IsWhatItsProcessCouldNotHelp(int exitCode, string? how)
    {
        var failure = TrialProcess.FailureOf(exitCode, new string('x', 10_000));
        Assert.Equal(how is null ? null : FailureKind.WorkerLost, failure?.Kind);
        if (how is not null)
        {
            Assert.Contains(how, failure!.Message, StringComparison.Ordinal);
            Assert.Equal(4000, failure.Detail!.Length);
        }
    }
}
