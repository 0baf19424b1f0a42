#!/usr/bin/env bash
# Figures on the measuring sets: benchmarks/measure.sh EVAL_DIR [WORK_DIR]
#
# EVAL_DIR holds the gold files and scorers (gold_dev.jsonl, score.py, ...). Writes notes and runs below WORK_DIR.
set -euo pipefail
eval_dir=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
python=${PYTHON:-python3}
mkdir -p "$work"

run() { # NAME [OPTION...]: noteproc over the notes of a set; exit 1 only says that a note was quarantined or failed
  noteproc run "$work/$1-notes" -o "$work/$1" --force --json --workers "${WORKERS:-1}" "${@:2}" >"$work/$1.summary.json" || [ $? = 1 ]
}

for set in gold_dev dictated_dev clinic_dev; do
  "$python" "$eval_dir/score.py" "$eval_dir/$set.jsonl" --write-notes "$work/$set-notes" >/dev/null
  run "$set"
  echo "== $set"
  "$python" "$eval_dir/score.py" "$eval_dir/$set.jsonl" --results "$work/$set/results.jsonl" --json
done
for set in dictated clinic; do
  echo "== traps_${set}_dev"
  "$python" "$eval_dir/score_traps.py" "$eval_dir/traps_${set}_dev.jsonl" --results "$work/${set}_dev/results.jsonl"
done
for set in cases_dev clinic_mini; do
  "$python" "$eval_dir/score_cases.py" "$eval_dir/$set.jsonl" --write-notes "$work/$set-notes" >/dev/null
  run "$set"
  context=on
  [ "$set" = cases_dev ] && context=off
  echo "== $set (context $context)"
  "$python" "$eval_dir/score_cases.py" "$eval_dir/$set.jsonl" --results "$work/$set/results.jsonl" --context "$context"
done
echo "== lookup_dev"
"$python" "$eval_dir/score_lookup.py" "$eval_dir/lookup_dev.jsonl" --write-queries "$work/queries.jsonl"
noteproc lookup --queries "$work/queries.jsonl" --answers "$work/answers.jsonl" --system ICD-10-CM
"$python" "$eval_dir/score_lookup.py" "$eval_dir/lookup_dev.jsonl" --answers "$work/answers.jsonl"
