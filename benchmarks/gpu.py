#!/usr/bin/env python3
"""What a GPU gives: the same video labelled on the CPU and on a GPU, in turn, in one run.

    benchmarks/gpu.py [--device cuda:0] [--seconds 240] [--size 1280x720] [--workers N] [--decoders cpu,cuda] [--rounds 2] [--keep FOLDER] [--program affect.dll]

For each round: `affect run` on the CPU, then on the device with each of the decoders. Prints wall and CPU seconds (children included), frames a second over the whole run and between the
first and the last quarter of its frames (a GPU takes seconds to plan its convolutions), the ratio to the CPU, and the GPU's peak memory as nvidia-smi tells it. Then `affect verify` labels a sample of the CPU's
run again on the device and says whether it agrees within the tolerance.
Needs `eng/setup.sh gpu` and ./affect built after it. Quote ratios from one run.
"""
import argparse, json, os, re, shutil, statistics, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from end_to_end import AFFECT, SETTINGS, make_video


class GpuMemory:
    """Most memory in use on the GPU, of all processes, in MB; None where nvidia-smi is not there."""

    def __enter__(self):
        self.peak, self._process = None, None
        try:
            self._process = subprocess.Popen(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "-lms", "250"], stdout=subprocess.PIPE, text=True)
        except FileNotFoundError:
            return self
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self):
        for line in self._process.stdout:
            used = [int(n) for n in re.findall(r"\d+", line)]
            if used:
                self.peak = max(self.peak or 0, *used)

    def __exit__(self, *_):
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._thread.join()


def label(program, env, video, out, arguments):
    """Runs `affect run`; returns its summary, wall and CPU seconds, and frames/s while it had begun and not yet ended."""
    shutil.rmtree(out, ignore_errors=True)
    before, started, marks, err = os.times(), time.monotonic(), [], []
    process = subprocess.Popen(["dotnet", program, "run", video, "--out", out, "--output", "json", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)

    def progress():
        for line in process.stderr:
            err.append(line)
            if m := re.search(r"frames ([\d,]+)/([\d,]+)", line):
                done, total = (int(n.replace(",", "")) for n in m.groups())
                marks.append((time.monotonic() - started, done, total))

    reader = threading.Thread(target=progress)
    reader.start()
    text = process.stdout.read()
    process.wait(), reader.join()
    if process.returncode != 0:
        sys.exit(f"affect run {' '.join(arguments)} exited with {process.returncode}:\n{''.join(err)[-2000:]}")
    wall, after, summary = time.monotonic() - started, os.times(), json.loads(text)
    marks.append((wall, summary["framesIn"], summary["framesIn"]))
    inner = [(t, done) for t, done, total in marks if done >= total / 4]
    steady = (inner[-1][1] - inner[0][1]) / (inner[-1][0] - inner[0][0]) if len(inner) > 1 and inner[-1][0] > inner[0][0] else None
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return summary, wall, cpu, steady


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--device", default="cuda:0")
    a.add_argument("--seconds", type=float, default=240)
    a.add_argument("--size", default="1280x720")
    a.add_argument("--workers", type=int, default=os.cpu_count())
    a.add_argument("--decoders", default="cpu,cuda")
    a.add_argument("--rounds", type=int, default=2)
    a.add_argument("--tolerance", type=float, default=0.01)
    a.add_argument("--program", default=AFFECT, help="the command line to measure (default: what ./affect built)")
    a.add_argument("--keep", help="folder for the video and the runs (default: a temporary one)")
    a = a.parse_args()
    folder = a.keep or tempfile.mkdtemp(prefix="affect-gpu-")
    env = dict(os.environ, **SETTINGS, AFFECT_CACHE=os.path.join(folder, "cache"))
    video = make_video(folder, a.size, a.seconds)
    cases = [("cpu", "cpu")] + [(a.device, decoder) for decoder in a.decoders.split(",")]
    rates = {case: [] for case in cases}
    for i in range(a.rounds):
        for device, decoder in cases:
            out = os.path.join(folder, f"{device}-{decoder}".replace(":", ""))
            with GpuMemory() as gpu:
                s, wall, cpu, steady = label(a.program, env, video, out, ["--workers", str(a.workers), "--device", device, "--decoder", decoder])
            rates[device, decoder].append(s["framesIn"] / wall)
            print(f"round {i + 1}   models on {device}, decoder {decoder}: {wall:.1f} s, {cpu:.1f} CPU s, {s['framesIn'] / wall:.0f} frames/s"
                  f" ({f'{steady:.0f} after the first quarter' if steady else 'too short to tell it without its start'}), {s['faces']} faces, {s['framesFailed']} frames failed, "
                  f"GPU memory {f'{gpu.peak} MB' if gpu.peak is not None else 'unknown'}", flush=True)
            if (device, decoder) == ("cpu", "cpu"):
                reference = s["runId"]
    base = statistics.median(rates["cpu", "cpu"])
    for case in cases[1:]:
        print(f"ratio     {case[0]}, decoder {case[1]}, to the CPU: {statistics.median(rates[case]) / base:.2f}")
    check = subprocess.run(["dotnet", a.program, "verify", reference, "--out", os.path.join(folder, "cpu-cpu"), "--device", a.device, "--tolerance", str(a.tolerance), "--output", "json"],
                           stdout=subprocess.PIPE, text=True, env=env)
    result = json.loads(check.stdout)["result"] if check.stdout else sys.exit("affect verify failed")
    print(f"labels    {result['framesSampled']} frames of the CPU's run labelled again on {a.device}: {result['differences']} differ by more than {a.tolerance}")
    for finding in result["findings"][:5]:
        print(f"          {finding['frame']}: {finding['message']}")
    if not a.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
