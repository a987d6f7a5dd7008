using Affect.Coordinator.Cli;

return await AffectCommand.RunAsync(args).ConfigureAwait(false);
