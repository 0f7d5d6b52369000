# SPDX-License-Identifier: MIT
# hakbench.bash - completion of hakbench for bash: . bench/hakbench.bash, then out/bench/hakbench <TAB> in the root of the tree.
#
# Knows no names itself: commands and options come from --help, workloads, metrics, rivals, experiments and runs from list. A
# name with a blank or a colon in it is not completed.

_hakbench_names() { "$1" list "$2" 2>/dev/null | awk '{print $1}' | grep -v '[=<]'; }

_hakbench() {
    local program=$1 current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="help $("$program" --help 2>/dev/null | awk '/^  [a-z]/ {print $1}')"
    else
        # --option=value is three words for bash
        [ "$current" != = ] || current=
        [ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD-2]}
        case $previous in
        --workload | -w) words=$(_hakbench_names "$program" workloads) ;;
        --metric | -m) words=$(_hakbench_names "$program" metrics) ;;
        --rival | -r) words=$(_hakbench_names "$program" rivals) ;;
        --experiment | -e) words=$(_hakbench_names "$program" experiments) ;;
        --run | --resume) words=$(_hakbench_names "$program" runs) ;;
        --format) words="tsv json" ;;
        --db | -d | --shared | --from | -f | --output | --out | -o | --junit | --markdown | --csv)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        *)
            case $command:$current in
            run:/* | run:.* | ab:/* | ab:.*)
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return ;;
            *:-*) words=$("$program" "$command" --help 2>/dev/null | grep -o -- '^ .*' | grep -oE -- '--[a-z][a-z-]*') ;;
            list:*) words=$("$program" list 2>&1 | sed -n 's/.*lists: //p') ;;
            profile:* | synth:*)
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return ;;
            show:* | compare:* | why:*) words=$(_hakbench_names "$program" runs) ;;
            push:* | pull:* | site:*)
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return ;;
            history:*) words="$(_hakbench_names "$program" workloads) $(_hakbench_names "$program" metrics)" ;;
            experiment:* | report:*) words=$(_hakbench_names "$program" experiments) ;;
            run:* | ab:*) words=$(phases/resolve --names 2>/dev/null | tr ' ' '\n' | sed 's/$/=/')
                [ "$command" = run ] || words="$words $(_hakbench_names "$program" rivals)" ;;
            esac ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    case ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -F _hakbench hakbench
