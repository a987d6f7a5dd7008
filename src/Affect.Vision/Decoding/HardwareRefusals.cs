using System.Collections.Concurrent;
using Affect.Core.Video;

namespace Affect.Vision.Decoding;

/// <summary>
/// Kinds of streams that this process's hardware decoder refused and the CPU then decoded, so that "auto" tries each kind once: setting up a GPU takes a good part of a second.
/// </summary>
internal sealed class HardwareRefusals
{
    private readonly ConcurrentDictionary<(string Codec, string PixelFormat), bool> _kinds = [];

    public bool Has(VideoInfo video) => _kinds.ContainsKey((video.Codec, video.PixelFormat));

    public void Add(VideoInfo video) => _kinds.TryAdd((video.Codec, video.PixelFormat), true);
}
