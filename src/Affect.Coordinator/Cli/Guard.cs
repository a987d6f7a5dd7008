using Affect.Engine.Corpora;
using Affect.Storage.Objects;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Cli;

/// <summary>Turns the errors that the libraries document into a text for people and an exit code. What is not listed is a defect and stays one.</summary>
internal static class Guard
{
    public static T Run<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (CodeOf(e) is not null)
        {
            throw new CommandException(CodeOf(e)!.Value, e.Message, e);
        }
    }

    public static async Task<T> RunAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (CodeOf(e) is not null)
        {
            throw new CommandException(CodeOf(e)!.Value, e.Message, e);
        }
    }

    private static int? CodeOf(Exception e) => e switch
    {
        CorpusException => ExitCodes.NoInput,
        ModelException => ExitCodes.NoInput,
        DeviceException or DecoderUnavailableException or FfmpegUnavailableException => ExitCodes.Unavailable,
        ObjectStoreException or FormatException or InvalidDataException or IOException or UnauthorizedAccessException => ExitCodes.Storage,
        _ => null,
    };
}
