using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Cli;

/// <summary>A log as plain lines: <c>2026-11-22T10:00:00.000Z Information ChunkWorker: text</c>, each written at once. Thread-safe.</summary>
internal sealed class TextLoggerFactory(TextWriter writer, bool leaveOpen, TimeProvider time) : ILoggerFactory
{
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one target.");

    public void Dispose()
    {
        if (!leaveOpen)
        {
            writer.Dispose();
        }
    }

    private void Write(LogLevel level, string category, string text, Exception? exception)
    {
        var stamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            writer.WriteLine($"{stamp} {level} {category}: {text}{(exception is null ? string.Empty : $" {exception}")}");
            writer.Flush();
        }
    }

    private sealed class Logger(TextLoggerFactory owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
