#!/bin/sh
# Takes a feature to the merge: orchestrator.sh FEATURE AGENT REVIEWER. It remembers nothing.
# AGENT and REVIEWER read a prompt in the workspace. The last line of REVIEWER is its verdict:
# {"verdict": "approved"} or {"verdict": "changes_requested", "findings": [{"message": "..."}]}
set -u
feature=$1 agent=$2 reviewer=$3 name=example-orchestrator max_attempts=4
policy='{"orchestrator_id": "example-orchestrator", "orchestrator_version": "1",
    "agent_family": "scripted", "approval_mode": "full_auto", "sandbox_mode": "none",
    "network_mode": "open", "dangerous_flags": []}'

# Calls the host and keeps its answer; of a refusal, what it says too.
host() {
    answer=$(spec-kitty orchestrator-api "$@" --feature "$feature") && return
    problem="$(get error_code): $(get message)"
    return 1
}
change() { host "$@" --actor "$name" --policy "$policy"; }

# Prints a field of the answer, or of its data.
get() { printf '%s' "$answer" | python3 -c 'import json, sys
answer = json.load(sys.stdin)
print({**answer, **answer.get("data", {})}[sys.argv[1]])' "$1"; }

# Prints a line for each work package that can go on here.
due() { printf '%s' "$answer" | python3 -c 'import json, sys
for each in json.load(sys.stdin)["data"]["work_packages"]:
    held = each["claimed_by"] == sys.argv[1] and each["lane"] in ("in_progress", "for_review")
    if each["ready"] or held:
        print(each["wp_id"], each["lane"], each["attempt"], json.dumps(each["findings"]))' "$name"; }

# Runs command $1 in the workspace; its input is the prompt and line $2.
work() {
    problem="This failed: $1" folder=$(get workspace_path)
    { cat "$(get prompt_path)" && printf '%s\n' "$2"; } | (cd "$folder" && sh -c "$1")
}
take_step() {
    problem="$max_attempts attempts were not enough."
    test "$attempt" -le "$max_attempts" || return
    if test "$lane" != for_review; then
        change start-implementation --wp "$wp" && work "$agent" "$findings" || return
        change transition --wp "$wp" --to for_review --attempt "$(get attempt)"
        return
    fi
    change start-review --wp "$wp" && said=$(work "$reviewer" "git diff $(get base_commit)") || return
    answer=$(printf '%s\n' "$said" | tail -n 1)
    lane=in_progress && test "$(get verdict)" = approved && lane=done
    change transition --wp "$wp" --to "$lane" --review-ref "$name" --evidence-json "$answer"
}

while host feature-state && first=$(due | sed -n 1p) && test -n "$first"; do
    wp=${first%% *} && rest=${first#* } && lane=${rest%% *} && rest=${rest#* }
    attempt=${rest%% *} findings=${rest#* }
    take_step || test "${problem%%:*}" = INTEGRATION_CONFLICT && continue
    change transition --wp "$wp" --to blocked --note "$problem" || break
done
change accept-feature && change merge-feature && get merge_commit && exit
echo "$problem" >&2
exit 1
