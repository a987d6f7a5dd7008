namespace Affect.Vision.Ffmpeg;

/// <summary>
/// Input arguments that make ffmpeg open the file named and nothing else. Corpora come from strangers: a playlist, a concat list or a picture
/// pattern called <c>clip.mp4</c> would otherwise make ffmpeg read other files or connect to the network.
/// </summary>
internal static class SafeInput
{
    /// <summary>
    /// Containers that hold their own data. Anything that refers to other files (hls, dash, concat, image2, imf, sdp, lavfi and so on) is left out on purpose.
    /// ffmpeg compares a demuxer's names with this list before the demuxer reads anything.
    /// </summary>
    public const string Containers =
        "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,ivf,obu,av1,mjpeg,mjpeg_2000,flv,asf,ogg,mxf,nut,gif,apng,yuv4mpegpipe," +
        "dv,rm,wtv,vob,h263,h261,vc1,vc1test,gxf,ffm,nsv,swf,bink,roq,live_flv,webp_pipe,cavsvideo,dirac,dnxhd," +
        // Audio containers, so that a file without a picture is called that rather than "not a video".
        "wav,mp3,aac,flac,ac3,eac3,aiff,amr,ape,au,caf,w64,wv,dts,tta,opus";

    /// <summary>The arguments up to and including <c>-i</c>.</summary>
    /// <param name="path">A local path; any characters.</param>
    public static string[] Arguments(string path) =>
        ["-protocol_whitelist", "file", "-format_whitelist", Containers, "-i", Url(path)];

    /// <summary>With the prefix, a name that begins with '-' or holds ':' is neither an option nor another protocol.</summary>
    public static string Url(string path) => "file:" + Path.GetFullPath(path);
}
