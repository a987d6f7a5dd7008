#!/usr/bin/env python3
"""End-to-end cost of `affect run`, as a ratio to the bare engines measured in the same run.

    benchmarks/end_to_end.py [--seconds 60] [--size 1280x720] [--workers N] [--rounds 3] [--keep FOLDER] [--program affect.dll]

For each round, in turn: CPU seconds (user + system, children included) of
  A  `affect run` on a video of the given size,
  B  `ffmpeg` decoding the same file to null,
  C  ONNX Runtime alone on the same number of detector inputs (every pass of the detector, on inputs of the size it uses) and of faces.
B and C are measured twice: one process at a time, and as many side by side as A has workers. Two busy processors are each slower than one (they share caches, memory and often a core), so a CPU
second of A is a second of the latter kind. Prints every round and the median of A / (B + C) for both, frames a second, how busy the cores were, and the peak memory of A with its children.
Needs ./affect to be built, and ffmpeg. Machines are noisy: quote ratios, from one run. Starting up costs `affect run` about
0.8 CPU seconds once, whatever it labels: of a short video that is a noticeable share.
"""
import argparse, json, os, platform, re, shutil, statistics, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(ROOT, "benchmarks/Affect.Benchmarks/bin/Release/net10.0/Affect.Benchmarks.dll")
AFFECT = os.path.join(ROOT, "artifacts/affect/affect.dll")
# As ./affect sets them.
SETTINGS = {"AFFECT_HOME": ROOT, "DOTNET_TieredPGO": "0", "DOTNET_EnableWriteXorExecute": "0", "DOTNET_GCgen0size": "400000", "DOTNET_GCgen1MaxBudget": "200000",
            "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
SAMPLE = os.path.join(ROOT, ".deps/samples/franck.mp4")


def tree_memory(pid):
    """Resident bytes of a process and its descendants, a page that several share counted once (proportional set size): a process that was just forked is no second one."""
    total, pending = 0, [pid]
    while pending:
        p = pending.pop()
        try:
            with open(f"/proc/{p}/smaps_rollup") as f:
                total += next(int(line.split()[1]) * 1024 for line in f if line.startswith("Pss:"))
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/children") as f:
                    pending += map(int, f.read().split())
        except (FileNotFoundError, ProcessLookupError, StopIteration):
            pass
    return total


def measure(command, env=None):
    """Runs a command; returns stdout, CPU seconds, wall seconds, peak bytes of the tree."""
    before, started, peak = os.times(), time.monotonic(), 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    err = []
    reader = threading.Thread(target=lambda: err.append(process.stderr.read()))
    reader.start()
    out = []
    out_reader = threading.Thread(target=lambda: out.append(process.stdout.read()))
    out_reader.start()
    while process.poll() is None:
        peak = max(peak, tree_memory(process.pid))
        time.sleep(0.2)
    reader.join(), out_reader.join()
    wall, after = time.monotonic() - started, os.times()
    if process.returncode != 0:
        sys.exit(f"{command} exited with {process.returncode}:\n{err[0].decode()[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return out[0].decode(), cpu, wall, peak


def detector_inputs(manifest, width, height):
    """Sizes of the detector's inputs for a frame of this size, one for each pass, as the pipeline computes them."""
    multiple = manifest["detector"].get("sizeMultiple", 32)
    sizes = []
    for p in manifest["detector"]["passes"]:
        step = max(width, height) / p["longSidePixels"]
        up = lambda v: max(1, -int(-(v / step / multiple - 1e-6) // 1)) * multiple
        sizes.append(f"{up(height)}x{up(width)}")
    return ",".join(sizes)


def make_video(folder, size, seconds):
    """A video of that size and length out of a sample, with noise, so that it does not compress to nothing; made once."""
    os.makedirs(folder, exist_ok=True)
    width, height = map(int, size.split("x"))
    video = os.path.join(folder, f"{size}-{seconds:g}s.mp4")
    if not os.path.exists(video):
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", SAMPLE, "-t", str(seconds), "-an", "-vf",
                        f"scale={width}:{height}:force_original_aspect_ratio=decrease,pad={width}:{height}:-1:-1,noise=alls=4:allf=t", "-c:v", "libx264",
                        "-preset", "veryfast", "-crf", "21", "-g", "120", "-pix_fmt", "yuv420p", video + ".part.mp4"], check=True)
        os.rename(video + ".part.mp4", video)
    return video


def decode_cpu(video, at_once):
    """CPU seconds of one decode, with as many running side by side."""
    before = os.times()
    processes = [subprocess.Popen(["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", video, "-f", "null", "-"]) for _ in range(at_once)]
    if any([p.wait() for p in processes]):
        sys.exit(f"ffmpeg cannot decode {video}")
    after = os.times()
    return (after.children_user + after.children_system - before.children_user - before.children_system) / at_once


def bare_cpu(model, items, batch, at_once, shapes=""):
    """CPU seconds of ONNX Runtime on so many items, shared out among processes side by side."""
    share = -(-items // at_once)
    command = ["dotnet", BENCH, "bare", model, str(share), str(batch), "1"] + ([shapes] if shapes else [])
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(at_once)]
    outputs = [p.communicate()[0] for p in processes]
    if any(p.returncode for p in processes):
        sys.exit(f"{command} failed")
    return sum(float(re.search(r"cpu_s=([\d.]+)", o).group(1)) for o in outputs) * items / (share * at_once)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--seconds", type=float, default=60)
    a.add_argument("--size", default="1280x720")
    a.add_argument("--workers", type=int, default=os.cpu_count())
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--program", default=AFFECT, help="the command line to measure (default: what ./affect built)")
    a.add_argument("--keep", help="folder for the video and the runs (default: a temporary one)")
    a = a.parse_args()
    folder = a.keep or tempfile.mkdtemp(prefix="affect-bench-")
    env = dict(os.environ, **SETTINGS, AFFECT_CACHE=os.path.join(folder, "cache"))
    width, height = map(int, a.size.split("x"))
    video = make_video(folder, a.size, a.seconds)
    models = os.path.join(ROOT, "models")
    detector_folder = next(os.path.join(models, d) for d in sorted(os.listdir(models)) if d.startswith("detector-"))
    detector = json.load(open(os.path.join(detector_folder, "model.json")))
    affect = json.load(open(os.path.join(models, "affect-small/model.json")))
    print(f"machine   {os.cpu_count()} x {platform.processor() or platform.machine()}, {platform.platform()}")
    print(f"video     {os.path.getsize(video)} bytes, {a.size}, {a.seconds:g} s")
    print(f"models    {detector['name']} {detector['sha256'][:12]}, {affect['name']} {affect['sha256'][:12]}; {a.workers} workers")
    ratios = {}
    for i in range(a.rounds):
        out = os.path.join(folder, f"out-{i}")
        shutil.rmtree(out, ignore_errors=True)
        text, run_cpu, wall, peak = measure(
            ["dotnet", a.program, "run", video, "--out", out, "--workers", str(a.workers), "--output", "json"], env)
        s = json.loads(text)
        frames, faces = s["framesIn"], s["faces"]
        print(f"round {i + 1}   run {run_cpu:.1f} CPU s in {wall:.1f} s ({frames / wall:.0f} frames/s, {frames} frames, {faces} faces; cores busy "
              f"{100 * run_cpu / wall / os.cpu_count():.0f} %; peak {peak / 1e6:.0f} MB)", flush=True)
        for at_once in sorted({1, a.workers}):
            decode = decode_cpu(video, at_once)
            detect = bare_cpu(os.path.join(detector_folder, "model.onnx"), frames, 1, at_once, detector_inputs(detector, width, height))
            label = bare_cpu(os.path.join(models, "affect-small/model.onnx"), faces, 16, at_once)
            total = decode + detect + label
            ratios.setdefault(at_once, []).append(run_cpu / total)
            print(f"          bare, {at_once} at once: {total:.1f} = decode {decode:.1f} + detect {detect:.1f} + label {label:.1f}  ratio {run_cpu / total:.3f}", flush=True)
    for at_once, r in ratios.items():
        print(f"ratio     to {at_once} at once: median {statistics.median(r):.3f}, {min(r):.3f} to {max(r):.3f}")
    if not a.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
