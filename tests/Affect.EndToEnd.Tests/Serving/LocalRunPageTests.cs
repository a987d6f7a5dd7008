using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Reports;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>The page over the engine in the server's own process.</summary>
public sealed class LocalRunPageTests(ChromiumFixture chromium) : RunPageTests(chromium)
{
    private protected override ServingEngine NewEngine(Sandbox box) => new LocalServing(box);
}
