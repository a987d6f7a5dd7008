#!/usr/bin/env python3
"""Time and peak memory of the end of a large run: reading every completion marker, folding the statistics, writing the report.

    benchmarks/end_of_run.py [--videos 100,1000] [--chunks 100] [--frames 25] [--program affect.dll]

Labels a real video of that many chunks once, copies its markers to the number of videos asked for (under other ids), and runs `affect report` on each. Nothing is decoded: a
run of a thousand hours is measured in a minute. Prints what each video and each chunk adds. Needs ./affect to be built, and ffmpeg.
"""
import argparse, glob, json, os, platform, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from end_to_end import AFFECT, SAMPLE, SETTINGS, measure


def copies(source, folder, videos):
    """A run with the video of `source` as often as asked for."""
    lines = {name: open(os.path.join(source, name)).read().splitlines() for name in ("manifest.jsonl", "videos.jsonl", "plan.jsonl")}
    markers = {os.path.basename(f)[len("v000000-"):-len(".json")]: open(f).read() for f in glob.glob(os.path.join(source, "done", "*.json"))}
    os.makedirs(os.path.join(folder, "done"))
    name = json.loads(lines["videos.jsonl"][0])["id"]
    for file, texts in lines.items():
        with open(os.path.join(folder, file), "w") as f:
            for v in range(videos):
                for text in texts:
                    f.write(text.replace("v000000-", f"v{v:06}-").replace(f'"{name}"', f'"{v:06}/{name}"') + "\n")
    for v in range(videos):
        for chunk, text in markers.items():
            with open(os.path.join(folder, "done", f"v{v:06}-{chunk}.json"), "w") as f:
                f.write(text.replace("v000000-", f"v{v:06}-"))
    shutil.copy(os.path.join(source, "run.json"), folder)
    return len(markers)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--videos", default="100,1000")
    a.add_argument("--chunks", type=int, default=100)
    a.add_argument("--frames", type=int, default=25)
    a.add_argument("--program", default=AFFECT)
    a = a.parse_args()
    print(f"machine   {os.cpu_count()} x {platform.processor() or platform.machine()}, {platform.platform()}")
    with tempfile.TemporaryDirectory(prefix="affect-end-") as folder:
        video, out = os.path.join(folder, "video.mp4"), os.path.join(folder, "out")
        env = dict(os.environ, **SETTINGS, AFFECT_CACHE=os.path.join(folder, "cache"))
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", SAMPLE, "-frames:v", str(a.chunks * a.frames), "-an", "-vf", "scale=640:360",
                        "-c:v", "libx264", "-preset", "veryfast", "-g", str(a.frames), "-sc_threshold", "0", "-pix_fmt", "yuv420p", video], check=True)
        subprocess.run(["dotnet", a.program, "run", video, "--out", out, "--chunk-frames", str(a.frames)], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        source = glob.glob(os.path.join(out, "runs", "*"))[0]
        before = None
        for videos in map(int, a.videos.split(",")):
            run = os.path.join(folder, f"of-{videos}", "runs", os.path.basename(source))
            chunks = videos * copies(source, run, videos)
            # Twice: the second time no file has to come from the disk.
            for _ in range(2):
                text, cpu, wall, peak = measure(["dotnet", a.program, "report", run, "--output", "json"], env)
            done = json.loads(text)["chunksDone"]
            assert done == chunks, f"{done} of {chunks} chunks were read"
            page = os.path.getsize(os.path.join(run, "report.html"))
            print(f"{videos:7} videos, {chunks} chunks: {wall:.1f} s, {cpu:.1f} CPU s, peak {peak / 1e6:.0f} MB, report.html {page / 1e6:.1f} MB", flush=True)
            if before:
                print(f"adds      {(wall - before[1]) / (videos - before[0]) * 1e3:.2f} ms and {(peak - before[2]) / (videos - before[0]) / 1e3:.1f} KB a video of {chunks // videos} chunks", flush=True)
            before = videos, wall, peak


if __name__ == "__main__":
    main()
