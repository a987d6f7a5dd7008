#!/usr/bin/env python3
"""Peak memory of `affect run`, its ffmpeg processes included, on a short and on a long 1080p video.

    benchmarks/memory.py [--long 3600] [--short 10] [--rate 5] [--every 3] [--workers N] [--program affect.dll]

The long video is the short one's pictures over and over. `--rate` is its frames a second and `--every` what is labelled of them: memory depends on
neither, and an hour at 5 frames a second is measured in minutes. Needs ./affect to be built, and ffmpeg.
"""
import argparse, json, os, platform, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from end_to_end import AFFECT, SAMPLE, SETTINGS, measure


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--long", type=int, default=3600)
    a.add_argument("--short", type=int, default=10)
    a.add_argument("--rate", type=float, default=5)
    a.add_argument("--every", type=int, default=3)
    a.add_argument("--size", default="1920x1080")
    a.add_argument("--workers", type=int, default=os.cpu_count())
    a.add_argument("--program", default=AFFECT)
    a = a.parse_args()
    width, height = map(int, a.size.split("x"))
    print(f"machine   {os.cpu_count()} x {platform.processor() or platform.machine()}, {platform.platform()}")
    with tempfile.TemporaryDirectory(prefix="affect-memory-") as folder:
        short, long = os.path.join(folder, "short.mp4"), os.path.join(folder, "long.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", SAMPLE, "-t", str(a.short), "-an", "-vf", f"fps={a.rate:g},scale={width}:{height}",
                        "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p", short], check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", str(a.long // a.short - 1), "-i", short, "-c", "copy", long], check=True)
        env = dict(os.environ, **SETTINGS, AFFECT_CACHE=os.path.join(folder, "cache"))
        peaks = []
        # The short one is cut so that every worker has a part of it, as the long one is by itself.
        cut = ["--chunk-frames", str(max(1, int(a.short * a.rate) // a.workers))]
        for name, video, options in (("short", short, cut), ("long", long, [])):
            text, cpu, wall, peak = measure(
                ["dotnet", a.program, "run", video, "--out", os.path.join(folder, name), "--every", str(a.every), "--workers", str(a.workers), "--output", "json", *options], env)
            s = json.loads(text)
            peaks.append(peak)
            print(f"{name:9} {s['framesIn'] / a.rate:.0f} s of {a.size}: {s['framesIn']} frames, {s['framesWithFace'] + s['framesWithoutFace']} labelled in {s['chunks']} chunks, "
                  f"{cpu:.1f} CPU s in {wall:.1f} s, peak {peak / 1e6:.0f} MB", flush=True)
        print(f"ratio     {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
