#!/usr/bin/env python3
"""What working through a server or a cluster costs, against the local engine: wall time, in turns.

    benchmarks/cluster_efficiency.py [--kind made|real|all] [--rounds 3] [--chunks 60] [--milliseconds 500] [--work sleep,cpu] [--workers 1,2,4]
                                     [--seconds 60] [--engines server,cluster]

made   chunks that compute (cpu) or wait (sleep) for a fixed amount and write a few rows: the local engine in one process with N lanes, against N worker
       processes of one lane each, of `affect serve --workers 0` (server) and of a silo on localhost clustering (cluster). N = 1, 2, 4. All processes have done
       a run of small chunks before the clock starts: it runs from the start signal, or the submission, to the last chunk being done, as the job's record says.
real   the pipeline on the sample clips, repeated to a sensible length: `affect run --workers 2` against `affect submit` to a server or a cluster with two
       `affect worker --workers 1` processes; from the call to labels and report. Workers are running before, as those of a cluster are, but have no model
       loaded; starting `affect run` and loading its models is in its time too.

Prints every time, and the median of the ratios of each round with their spread. A machine that does other things at the same time gives spread, not bias:
the variants take turns. Needs the solution to be built (dotnet build -c Release), and ffmpeg for real.
"""
import argparse, glob, json, os, platform, shutil, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = "bin/Release/net10.0"
AFFECT = ["dotnet", os.path.join(ROOT, "src/Affect.Coordinator", OUT, "affect.dll")]
SILO = ["dotnet", os.path.join(ROOT, "src/Affect.Silo", OUT, "affect-silo.dll")]
BENCH = ["dotnet", os.path.join(ROOT, "benchmarks/Affect.ClusterBenchmarks", OUT, "Affect.ClusterBenchmarks.dll")]
SAMPLES = os.path.join(ROOT, ".deps/samples")
ENVIRONMENT = dict(os.environ, AFFECT_HOME=ROOT)


class Processes:
    """What was started, and ends with the block: told first, killed later."""

    def __init__(self):
        self.all = []

    def start(self, command, **more):
        process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more)
        self.all.append(process)
        return process

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Workers first: a server that is gone makes them wait for it.
        for process in reversed(self.all):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(40)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def output_of(command):
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, is_so, seconds=600):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def start_engine(processes, engine, folder):
    """The server, or the silo (and a server in front of it for submitting): its workers' arguments, and the server's address."""
    port = free_port()
    if engine == "server":
        processes.start(AFFECT + ["serve", "--workers", "0", "--out", folder, "--listen", f"127.0.0.1:{port}"])
        worker = ["--server", f"http://127.0.0.1:{port}"]
    else:
        processes.start(SILO + ["--membership", "localhost", "--out", folder, "--health-port", "0"])
        until("the silo's gateway", lambda: answers(30000), 60)
        processes.start(AFFECT + ["serve", "--cluster", "--membership", "localhost", "--listen", f"127.0.0.1:{port}"])
        worker = ["--cluster", "--membership", "localhost"]
    until(f"the {engine}", lambda: answers(port), 60)
    return worker, f"http://127.0.0.1:{port}"


def job_phase(folder, job):
    with open(os.path.join(folder, "jobs", f"{job}.json")) as f:
        return json.load(f)["phase"]


def made_local(n, kind, arguments):
    with tempfile.TemporaryDirectory() as folder, Processes() as processes:
        process = processes.start(BENCH + ["local", folder, str(arguments.chunks), str(arguments.milliseconds), str(n), kind])
        process.stdout.readline()
        started = time.monotonic()
        process.stdin.write("\n")
        process.stdin.flush()
        line = process.stdout.readline()
        took = time.monotonic() - started
        if line != f"done {arguments.chunks}\n":
            sys.exit(f"the local engine says '{line}'")
        return took


def until_workers(url, n):
    until(f"{n} workers", lambda: len(json.load(urllib.request.urlopen(f"{url}/api/v1/workers"))) == n, 60)


def until_done(folder, job):
    until("the job", lambda: job_phase(folder, job) in ("Done", "Failed"))
    if job_phase(folder, job) != "Done":
        sys.exit(f"job {job} failed")


def made_served(engine, n, kind, arguments):
    with tempfile.TemporaryDirectory() as folder, Processes() as processes:
        _, url = start_engine(processes, engine, folder)
        workers = [processes.start(BENCH + ["worker", "localhost" if engine == "cluster" else url, folder, kind]) for _ in range(n)]
        until_workers(url, n)

        def job(chunks, milliseconds):
            body = json.dumps({"corpus": f"/made/{chunks}/{milliseconds}"}).encode()
            request = urllib.request.Request(f"{url}/api/v1/runs", body, {"Content-Type": "application/json"})
            started = time.monotonic()
            until_done(folder, json.load(urllib.request.urlopen(request))["job"]["id"])
            return time.monotonic() - started

        # As many small chunks as the local engine begins with; not the number of those that count, which would be the same run.
        job(100 * n + (100 * n == arguments.chunks), 20)
        took = job(arguments.chunks, arguments.milliseconds)
        for worker in workers:
            worker.stdin.write("\n")
            worker.stdin.flush()
            worker.wait(40)
        return took


def corpus(folder, seconds):
    """Copies of the sample clips, each with a frame dropped at its start so that no two have the same content, until they last so long."""
    clips = sorted(glob.glob(os.path.join(SAMPLES, "*.mp4")))
    if not clips:
        sys.exit(f"no clips in {SAMPLES}: run ./affect demo once")
    total, number = 0.0, 0
    os.makedirs(folder)
    while total < seconds:
        length = min(10.0, seconds - total)
        target = os.path.join(folder, f"clip-{number:03}.mp4")
        output_of(["ffmpeg", "-v", "error", "-ss", str(2 * number % 20), "-i", clips[number % len(clips)], "-t", str(length), "-an", "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", target])
        total, number = total + length, number + 1
    return number


def real_local(videos):
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        output_of(AFFECT + ["run", videos, "--out", folder, "--workers", "2"])
        return time.monotonic() - started


def real_served(engine, videos):
    with tempfile.TemporaryDirectory() as folder, Processes() as processes:
        worker, url = start_engine(processes, engine, folder)
        for _ in range(2):
            processes.start(AFFECT + ["worker", "--workers", "1", "--out", folder] + worker)
        until_workers(url, 2)
        started = time.monotonic()
        job = json.loads(output_of(AFFECT + ["submit", videos, "--server", url, "--output", "json"]))["job"]["id"]
        until_done(folder, job)
        return time.monotonic() - started


def compare(name, rounds, local, variants):
    """Turns: local, then each variant; so often."""
    times = {key: [] for key in ["local", *variants]}
    for _ in range(rounds):
        times["local"].append(local())
        for key, run in variants.items():
            times[key].append(run())
    for key in variants:
        ratios = [served / alone for served, alone in zip(times[key], times["local"])]
        print(f"{name:<22} {key:<8} local {' '.join(f'{t:6.1f}' for t in times['local'])} s   {key} {' '.join(f'{t:6.1f}' for t in times[key])} s   "
              f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=["made", "real", "all"], default="all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunks", type=int, default=60)
    parser.add_argument("--milliseconds", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--engines", default="server,cluster")
    parser.add_argument("--work", default="sleep,cpu")
    parser.add_argument("--workers", default="1,2,4")
    arguments = parser.parse_args()
    engines = arguments.engines.split(",")
    load = os.getloadavg()[0]
    print(f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())}Z, {platform.processor() or platform.machine()}, {os.cpu_count()} cores, load average before {load:.1f}")
    if arguments.kind in ("made", "all"):
        for kind in arguments.work.split(","):
            for n in map(int, arguments.workers.split(",")):
                compare(f"made {kind}, {n} workers", arguments.rounds, lambda: made_local(n, kind, arguments),
                        {engine: (lambda e: lambda: made_served(e, n, kind, arguments))(engine) for engine in engines})
    if arguments.kind in ("real", "all"):
        with tempfile.TemporaryDirectory() as folder:
            videos = os.path.join(folder, "videos")
            clips = corpus(videos, arguments.seconds)
            compare(f"real, {clips} clips", arguments.rounds, lambda: real_local(videos),
                    {engine: (lambda e: lambda: real_served(e, videos))(engine) for engine in engines})
    print(f"load average after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
