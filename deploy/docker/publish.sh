#!/usr/bin/env bash
# Publishes what the images hold, by the project's own set-up:
#   publish.sh OUT        OUT/affect, OUT/silo, OUT/models, OUT/licences
#   publish.sh OUT gpu    the same with ONNX Runtime's CUDA provider
# The Dockerfile beside it runs this, and so does a test, which starts the programs.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
out=${1:?usage: publish.sh OUT [gpu]}
deps=${AFFECT_DEPS:-$root/.deps}
"$root/eng/setup.sh" "${2:-run}"
mkdir -p "$out"
out=$(cd "$out" && pwd)

property() { sed -n "s|.*<$1[^>]*>\(.*\)</$1>.*|\1|p" "$deps/feed.props"; }
[ "$(property OrleansAvailable)" = true ] || { echo "publish: the NuGet source lacks Orleans, so there is no silo to publish" >&2; exit 69; }
ahead=$(property ReadyToRunAvailable)
publish() { # project folder
  echo "publish: $1" >&2
  dotnet publish "$root/src/$1/$1.csproj" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun="${AFFECT_PUBLISH_AHEAD:-$ahead}" \
    -o "$out/$2" -v quiet -clp:NoSummary
}
publish Affect.Coordinator affect
publish Affect.Silo silo

rm -rf "$out/models" "$out/licences"
cp -r "$root/models" "$out/models"
mkdir "$out/licences"
cp "$root/LICENSE" "$out/licences/affect"
for licence in "$deps"/duckdb/LICENSE "$deps"/onnxruntime/{LICENSE*,ThirdPartyNotices.txt}; do
  [ ! -f "$licence" ] || cp "$licence" "$out/licences/$(basename "$(dirname "$licence")")-$(basename "$licence")"
done
