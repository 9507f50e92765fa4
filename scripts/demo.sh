#!/usr/bin/env bash
# Fills a running daemon with a small project of real media, made on the spot: three scenes, several
# versions, one failed attempt. The daemon is found as `rushes` finds it. Each run is a new project.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

rushes=${RUSHES:-}
installed=$(command -v rushes || true)
for place in "$top/target/release/rushes" "$top/target/debug/rushes" "$installed"; do
    if [ -z "$rushes" ] && [ -x "$place" ]; then
        rushes=$place
    fi
done
if [ -z "$rushes" ]; then
    echo "nothing is built: run make release first" >&2
    exit 1
fi
for program in ffmpeg jq; do
    if ! command -v "$program" >/dev/null; then
        echo "missing: $program; scripts/setup.sh run installs it" >&2
        exit 1
    fi
done

"$rushes" status >/dev/null
mount=$("$rushes" status --json | jq -r '.mounts[0].dir // empty')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_media() {
    ffmpeg -hide_banner -loglevel error -nostdin -y "$@"
}

# still NAME HUE [options]: one picture
still() {
    local name=$1 hue=$2
    shift 2
    make_media -f lavfi -i "testsrc2=size=640x360:rate=1" -vf "hue=h=$hue" -frames:v 1 "$@" \
        "$work/$name"
}

# clip NAME HUE SECONDS: a moving picture with a tone
clip() {
    make_media -f lavfi -i "testsrc2=size=640x360:rate=24" -f lavfi -i "sine=frequency=$2" \
        -vf "hue=h=$2" -t "$3" -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac \
        -movflags +faststart "$work/$1"
}

# sound NAME FREQUENCY: a fifth that fades
sound() {
    local low=$2 high=$(($2 * 3 / 2))
    make_media -f lavfi -i "sine=frequency=$low:duration=4" \
        -f lavfi -i "sine=frequency=$high:duration=4" \
        -filter_complex "amix=inputs=2,afade=t=out:st=2:d=2" "$work/$1"
}

# put SCENE KEY FILE [options]: prints the new asset's id
put() {
    local scene=$1 key=$2 file=$3
    shift 3
    "$rushes" put "$work/$file" --project "$project" --scene "$scene" --key "$key" --json "$@" |
        jq -r '.[0].id'
}

echo "making pictures, clips and sounds"
still dawn-1.png 0
still dawn-2.png 40
still chase.jpg 120 -q:v 3
still home.webp 220
still poster.png 300
clip dawn-1.mp4 0 3
clip dawn-2.mp4 60 4
clip chase.mp4 140 3
sound wind.wav 110
sound theme.mp3 220

project=$("$rushes" project create "The fox at dawn" --id "fox-$(date +%Y%m%d-%H%M%S)" \
    --description "a demonstration: three scenes made by a generator that does not exist" \
    --json | jq -r .id)
for title in "Dawn" "The chase" "Home"; do
    "$rushes" scene add "$project" --title "$title" --json >/dev/null
done

echo "uploading to $project"
by=(--provider studio --model fox-1)
put 1 scene_start_frame dawn-1.png "${by[@]}" --prompt "a fox at dawn" --cost 0.04 >/dev/null
frame=$(put 1 scene_start_frame dawn-2.png "${by[@]}" --prompt "a fox at dawn, warmer" --best)
first=$(put 1 scene_video dawn-1.mp4 "${by[@]}" --prompt "it wakes and stretches" \
    --source "$frame" --tag wide --time-ms 41000)
"$rushes" put --failed "the provider ran out of memory" --project "$project" --scene 1 \
    --key scene_video "${by[@]}" --prompt "it wakes, slower" --source "$frame" --json >/dev/null
put 1 scene_video dawn-2.mp4 "${by[@]}" --prompt "it wakes, slower, four seconds" \
    --source "$frame" --parent "$first" --metadata '{"seed": 7, "steps": 30}' >/dev/null
put 2 scene_start_frame chase.jpg "${by[@]}" --prompt "across the field" >/dev/null
put 2 scene_video chase.mp4 "${by[@]}" --prompt "across the field, running" --tag action >/dev/null
put 2 scene_sound wind.wav --provider studio --model wind-2 --prompt "wind in the grass" >/dev/null
put 3 scene_start_frame home.webp "${by[@]}" --prompt "the den" >/dev/null
put 3 scene_music theme.mp3 --provider studio --model tune-1 --prompt "a quiet theme" >/dev/null
"$rushes" put "$work/poster.png" --project "$project" --key poster --tag poster --json >/dev/null
"$rushes" best "$project/1/scene_video" 1 --json >/dev/null

printf '\n'
"$rushes" ls "$project"
if [ -z "$mount" ]; then
    printf '\nthe daemon has no mount; look with: rushes get %s/1/scene_video -o -\n' "$project"
    exit 0
fi
printf '\nthe same as files, under %s:\n' "$mount"
(cd "$mount" && find "projects/$project" | sort | sed 's/^/  /')
printf '\ntry: ffprobe %s/projects/%s/scenes/1/scene_video.mp4\n' "$mount" "$project"
