using System.Globalization;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>
/// The ffmpeg of a fleet's workers: the real one behind a script that can make chunks slow (so that faults meet a run in its midst, on any machine), kill the worker
/// that decodes a poison video, or leave a decoder out.
/// </summary>
internal sealed class FleetFfmpeg
{
    private readonly string _delay;

    public FleetFfmpeg(Sandbox box, string name, string? lacks = null)
    {
        var folder = box.Folder(name);
        _delay = Path.Combine(folder, "delay");
        SetDelay(0);
        var filter = lacks is null ? string.Empty : $"*-decoders*) exec sh -c '/usr/bin/ffmpeg -hide_banner -decoders | grep -v \" {lacks}\"';;\n";
        Write(folder, "ffmpeg", $"case \"$*\" in\n{filter}*poison*nut*) kill -9 $PPID; exit 1;;\n*pipe:1*) sleep \"$(cat {_delay})\";;\nesac\n");
        Write(folder, "ffprobe", string.Empty);
        Program = Path.Combine(folder, "ffmpeg");
    }

    public string Program { get; }

    /// <summary>How long a chunk's decoder waits before it starts.</summary>
    public void SetDelay(double seconds)
    {
        // Replaced as a whole: a script may read it at any moment.
        File.WriteAllText(_delay + ".new", seconds.ToString(CultureInfo.InvariantCulture));
        File.Move(_delay + ".new", _delay, overwrite: true);
    }

    private static void Write(string folder, string name, string before)
    {
        var script = Path.Combine(folder, name);
        File.WriteAllText(script, $"#!/bin/sh\n{before}exec /usr/bin/{name} \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
