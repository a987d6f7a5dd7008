using Affect.Silo;

return await SiloCommand.RunAsync(args).ConfigureAwait(false);
