# SPDX-License-Identifier: MIT
# phases/resolve.awk - what phases/resolve does with the table: reads and checks the rows, sets the toggles, names the variant.
#
# Rows have indices 1..n. Of row i: number ("-": a value toggle), name, values, folder, needs, replaces, status, tag (gone@tag).
# state[i] is what the command line makes of it: 0 or 1, or one of the values. Errors end the program at once.

function fail(text) { print "error: " text; failed = 1; exit 1 }
function row_fail(text) { fail("phases/table line " FNR ": " text) }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function numbered(i) { return number[i] != "-" }
function gone(i) { return status[i] == "gone" }
function on(i) { return !gone(i) && (!numbered(i) || state[i]) }
function toggles_text(    i, text) { text = "PHASE"; for (i = 1; i <= n; i++) text = text " " name[i]; return text }
function values_text(i) { return values[i] == "" ? "0 1" : values[i] }
function phases_text() { return "want any number from 0 up to " newest ", the newest phase that is on" }
function gone_text(i) { return "phase " number[i] " is gone; its last revision builds it: PHASE=" number[i] "@" tag[i] }

# --- The table --------------------------------------------------------------------------------------------------------------

function row_read(    part) {
    if (NF != 6) row_fail("want `number toggle folder needs replaces status`, have: " $0)
    if (($1 == "-") != ($2 ~ /=/)) row_fail("a row has either a number or a list of values: " $0)
    n++
    number[n] = $1; folder[n] = $3; needs[n] = ($4 == "-") ? "" : $4; replaces[n] = ($5 == "-") ? "" : $5
    split($2, part, "=")
    name[n] = part[1]; values[n] = part[2]; gsub(/,/, " ", values[n])
    if (name[n] in index_of) row_fail("toggle " name[n] " stands twice")
    index_of[name[n]] = n
    status_read($6)
    if (numbered(n)) number_read()
    else { split(values[n], part, " "); default_of[n] = part[1] }
    if (!gone(n)) folder_read()
}

function status_read(text,    part) {
    if (text !~ /^(on|trial|off|gone@.+)$/) row_fail("status " text ": want on, trial, off or gone@revision")
    split(text, part, "@")
    status[n] = part[1]; tag[n] = substr(text, 6)
    if (!numbered(n) && status[n] != "on") row_fail("a toggle with values has the status on: " $0)
}

function number_read() {
    if (number[n] !~ /^[1-9][0-9]*$/) row_fail("bad number " number[n])
    if (number[n] + 0 <= highest) row_fail("number " number[n] " is not above " highest ", the row before")
    highest = number[n] + 0
    if (status[n] == "on") newest = highest
}

function folder_read(    line) {
    if (!has(files, folder[n] "/")) row_fail("no folder phases/" folder[n])
    if (!numbered(n)) return
    if ((getline line < (here "/" folder[n] "/proof")) <= 0)
        fail("phases/" folder[n] " has no proof: want a file of that name with counters of its own work, or `none: why`")
    close(here "/" folder[n] "/proof")
}

# Each toggle that a row names is known and not gone. One that is replaced stands above, so that there is no circle.
function rows_check(    i, j, count, list, part, other) {
    for (i = 1; i <= n; i++) {
        count = gone(i) ? 0 : split(needs[i], list, ",")
        for (j = 1; j <= count; j++) {
            split(list[j], part, "=")
            if (!(part[1] in index_of) || gone(index_of[part[1]]))
                fail("phases/table: " name[i] " needs " list[j] ", which is " (part[1] in index_of ? "gone" : "no toggle"))
        }
        count = gone(i) ? 0 : split(replaces[i], list, ",")
        for (j = 1; j <= count; j++) {
            other = (list[j] in index_of) ? index_of[list[j]] : i
            if (!numbered(i) || other >= i || !numbered(other) || gone(other))
                fail("phases/table: " name[i] " replaces " list[j] ", which is no phase above it")
        }
    }
}

# --- Seams ------------------------------------------------------------------------------------------------------------------

# seam[s], its plain answer, and the folder of the phase that asks it (empty: core does).
function seams_read(    count, list, i, part) {
    count = split(core_seams, list, " ")
    for (i = 1; i <= count; i++) seam_add(substr(list[i], 1, length(list[i]) - 2), "core/seam", "")
    count = split(files, list, " ")
    for (i = 1; i <= count; i++)
        if (split(list[i], part, "/") == 3 && part[2] == "seam" && part[3] ~ /^[^*]*\.h$/)
            seam_add(substr(part[3], 1, length(part[3]) - 2), "phases/" part[1] "/seam", part[1])
}

function seam_add(what, where, asker) {
    if (what in seam_place) fail("seam " what " stands in " seam_place[what] " and in " where)
    seam_place[what] = where
    seam[++seams] = what; plain[seams] = where "/plain/" what; asked_by[seams] = asker
}

# The header of row i that answers a seam, if any: S.h, or S-<value>.h of any value (of that value).
function answers(i, s, value,    list, count, v) {
    if (numbered(i)) return has(files, folder[i] "/" seam[s] ".h")
    count = split(value == "" ? values[i] : value, list, " ")
    for (v = 1; v <= count; v++) if (has(files, folder[i] "/" seam[s] "-" list[v] ".h")) return 1
    return 0
}

function answers_check(    i, s, text) {
    for (s = 1; s <= seams; s++) text = text " " seam[s]
    for (i = 1; i <= n; i++) {
        if (gone(i)) continue
        for (s = 1; s <= seams && !answers(i, s, ""); s++) continue
        if (s > seams) fail("phases/" folder[i] " answers no seam: want a header named after one of:" text)
    }
}

function asked(s,    i) {
    if (asked_by[s] == "") return 1
    for (i = 1; i <= n; i++) if (folder[i] == asked_by[s] && on(i)) return 1
    return 0
}

function seams_resolve(    s, i, owner, answer, text) {
    for (s = 1; s <= seams; s++) {
        if (!asked(s)) continue
        owner = 0
        answer = plain[s]
        for (i = 1; i <= n; i++) {
            if (!on(i) || !answers(i, s, state[i])) continue
            if (owner) fail("two owners of seam " seam[s] ": " name[owner] " and " name[i] "; turn one off")
            owner = i
            answer = "phases/" folder[i] "/" seam[s] (numbered(i) ? "" : "-" state[i])
        }
        text = text " " (want == "make" ? "seam:" : "") seam[s] "=" answer
    }
    return text
}

# --- The toggles ------------------------------------------------------------------------------------------------------------

# The words of the command line go to given[]. Sets phase.
function words_read(    words, count, i, at, key, value) {
    phase = newest
    count = split(ENVIRON["GIVEN"], words, "\n") - 1
    for (i = 1; i <= count; i++) {
        at = index(words[i], "=")
        key = at ? substr(words[i], 1, at - 1) : words[i]
        value = at ? substr(words[i], at + 1) : ""
        if (key != "PHASE" && !(key in index_of)) fail("no toggle " key "; toggles: " toggles_text())
        if (key in given) fail(key " is given twice")
        given[key] = value
        if (key == "PHASE" && value != "") phase_read(value)
        else if (key != "PHASE") value_check(index_of[key], value)
    }
}

function phase_read(value,    i) {
    if (value ~ /@/) fail("PHASE=" value ": this tree knows its own variants only; phases/build-revision builds those of revisions")
    if (value !~ /^[0-9]+$/) fail("PHASE=" value ": " phases_text())
    for (i = 1; i <= n; i++) {
        if (number[i] != value + 0) continue
        if (gone(i)) fail("PHASE=" value ": " gone_text(i))
        if (value + 0 > newest)
            fail("PHASE=" value ": phase " number[i] " is " status[i] ": turn it on by " name[i] "=1; " phases_text())
    }
    if (value + 0 > newest) fail("PHASE=" value ": " phases_text())
    phase = value + 0
}

function value_check(i, value) {
    if (gone(i)) fail(name[i] ": " gone_text(i))
    if (value == "" || value ~ / / || !has(values_text(i), value)) fail(name[i] "=" value ": valid values: " values_text(i))
}

function toggles_set(    i) {
    for (i = 1; i <= n; i++) {
        state[i] = numbered(i) ? (status[i] == "on" && number[i] + 0 <= phase) : default_of[i]
        if (name[i] in given) state[i] = numbered(i) ? given[name[i]] + 0 : given[name[i]]
    }
    for (i = n; i > 0; i--) if (numbered(i) && state[i]) replace_apply(i)
}

# What row i, which is on, replaces goes off. The newest first, so that what is off replaces nothing.
function replace_apply(i,    count, list, j, other) {
    count = split(replaces[i], list, ",")
    for (j = 1; j <= count; j++) {
        other = index_of[list[j]]
        if (given[list[j]] == "1") fail(list[j] "=1: " name[i] "=1 replaces it; turn one off")
        replaced_by[other] = i
        state[other] = 0
    }
}

# What is on and needs that toggle, or needs what does, as settings that turn it off. Needs stand above who needs them.
function needing(toggle,    i, j, count, need, off, text) {
    off[toggle]
    for (i = 1; i <= n; i++) {
        count = numbered(i) && on(i) ? split(needs[i], need, ",") : 0
        for (j = 1; j <= count; j++)
            if (need[j] in off && !(name[i] in off)) {
                off[name[i]]
                text = text " " name[i] "=0"
            }
    }
    return text
}

function needs_check(    i, j, count, need, part, have, other) {
    for (i = 1; i <= n; i++) {
        count = on(i) ? split(needs[i], need, ",") : 0
        for (j = 1; j <= count; j++) {
            split(need[j], part, "=")
            other = index_of[part[1]]
            have = state[other]
            if (part[2] == "" ? have : have "" == part[2]) continue
            fail(name[i] "=" state[i] " needs " need[j] (part[2] == "" ? "=1" : "") \
                (other in replaced_by ? ", which " name[replaced_by[other]] "=1 replaces" : "") \
                (numbered(i) ? "; or give" needing(need[j]) : ""))
        }
    }
}

# --- What is printed --------------------------------------------------------------------------------------------------------

# pN, N the highest phase with the status on that is on; -x for each lower one that is off, unless replaced; +x for each other
# phase that is on; then each value that is not the default. PHASE=N X=0... X=1... gives the same variant.
function canonical(    i, top, text, more) {
    for (i = 1; i <= n; i++) if (numbered(i) && state[i] && status[i] == "on") top = number[i] + 0
    text = "p" (top + 0)
    for (i = 1; i <= n; i++) {
        if (!numbered(i)) more = more (state[i] != default_of[i] ? "." tolower(name[i]) "-" state[i] : "")
        else if (status[i] == "on" && number[i] + 0 < top && !state[i] && !(i in replaced_by)) text = text "-" tolower(name[i])
    }
    for (i = 1; i <= n; i++) if (numbered(i) && status[i] != "on" && state[i]) text = text "+" tolower(name[i])
    return text more
}

function folders_text(before,    i, text) {
    for (i = 1; i <= n; i++) if (on(i)) text = text " " before "phases/" folder[i]
    return text
}

function states_text(    i, text) {
    for (i = 1; i <= n; i++) if (!gone(i)) text = text " " name[i] "=" state[i]
    return substr(text, 2)
}

# The toggle and all that it needs (value = 1), or all that need it (value = 0), set so. Uses said[].
function with(toggle, value,    i, text, here) {
    if (toggle in said) return ""
    said[toggle]
    here = index_of[toggle]
    text = " " toggle "=" value
    for (i = 1; i <= n; i++) {
        if (!numbered(i) || gone(i) || !value && status[i] != "on") continue
        if (value ? has(commas(needs[here]), name[i]) : has(commas(needs[i]), toggle)) text = text with(name[i], value)
    }
    return text
}
function commas(list) { gsub(/,/, " ", list); return list }
function alone(toggle, value) { split("", said); return with(toggle, value) }

# What a phase that is not on is tested with: the newest, without what needs a toggle that the phase replaces.
function on_the_newest(i,    count, list, j, text) {
    split("", said)
    text = with(name[i], 1)
    count = split(replaces[i], list, ",")
    for (j = 1; j <= count; j++) if (status[index_of[list[j]]] == "on") text = text with(list[j], 0)
    return "PHASE=" text
}

function combinations_print(    i, v, count, list) {
    print "PHASE=0"
    for (i = 1; i <= n; i++) if (numbered(i) && status[i] == "on") print "PHASE=" number[i]
    for (i = 1; i <= n; i++) if (numbered(i) && status[i] == "on") print "PHASE=0" alone(name[i], 1)
    for (i = 1; i <= n; i++) if (numbered(i) && status[i] == "on") print "PHASE=" alone(name[i], 0)
    for (i = 1; i <= n; i++) if (numbered(i) && (status[i] == "trial" || status[i] == "off")) print on_the_newest(i)
    for (i = 1; i <= n; i++) {
        count = numbered(i) ? 0 : split(values[i], list, " ")
        for (v = 1; v <= count; v++) print "PHASE=0 " name[i] "=" list[v]
        for (v = 1; v <= count; v++) print "PHASE= " name[i] "=" list[v]
    }
}

function list_print(    i, text) {
    printf "  %-9s a number from 0 to %d, the default; turns on every phase up to it that is on below\n", "PHASE", newest
    for (i = 1; i <= n; i++) {
        text = "; default: on from PHASE=" number[i]
        if (!numbered(i)) text = "; the first is the default"
        else if (gone(i)) text = "; gone; its last revision builds it: PHASE=" number[i] "@" tag[i]
        else if (status[i] != "on") text = "; " status[i] ": on only by " name[i] "=1"
        if (replaces[i] != "") text = text "; replaces " replaces[i]
        printf "  %-9s %s   phases/%s%s\n", name[i], values_text(i), folder[i], text
    }
}

/^[ \t]*(#|$)/ { next }
{ row_read() }

END {
    if (failed) exit 1
    newest += 0
    seams_read()
    rows_check()
    answers_check()
    if (want == "names") { print toggles_text(); exit }
    if (want == "list") { list_print(); exit }
    if (want == "combinations") { combinations_print(); exit }
    words_read()
    toggles_set()
    needs_check()
    line = seams_resolve()
    if (want == "folders") print substr(folders_text(""), 2)
    else if (want == "states") print states_text()
    else if (want == "make") print "name:" canonical() line folders_text("folder:")
    else print canonical() line
}
