namespace Affect.Vision.Models;

/// <summary>
/// A model that cannot be used as it is: a fatal configuration error, found before any work is done. The message names the file, what is
/// wrong with it, and what to do about it.
/// </summary>
public sealed class ModelException : Exception
{
    public ModelException(string file, string cause, string remedy, Exception? inner = null)
        : base($"{file}: {cause} {remedy}", inner)
    {
        File = file;
        Cause = cause;
        Remedy = remedy;
    }

    /// <summary>The file that is wrong.</summary>
    public string File { get; }

    /// <summary>What is wrong with it, as a sentence.</summary>
    public string Cause { get; }

    /// <summary>The way out, as a sentence.</summary>
    public string Remedy { get; }
}
