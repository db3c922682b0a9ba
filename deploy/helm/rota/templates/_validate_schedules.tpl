{{/*
The problem of a cron text, or nothing. As rota.schedules, which accepts what the API server accepts,
except texts that never fire. Takes a list: text, and a map of earlier results, which is added to here:
by text, and by field, since many texts share fields.
*/}}
{{- define "rota.scheduleProblem" -}}
{{- $text := index . 0 -}}
{{- $seen := index . 1 -}}
{{- if not (hasKey $seen $text) -}}
{{- $problem := include "rota.newScheduleProblem" . -}}
{{- $_ := set $seen $text (ternary (printf "%q is refused: %s" $text $problem) "" (not (empty $problem))) -}}
{{- end -}}
{{- get $seen $text -}}
{{- end }}

{{/*
As rota.scheduleProblem, for a new text, and without repeating it.
*/}}
{{- define "rota.newScheduleProblem" -}}
{{- $text := index . 0 -}}
{{- $seen := index . 1 -}}
{{- if contains "TZ" $text -}}
a time zone is not allowed in the text; use timezone
{{- else if hasPrefix "@every" $text -}}
that is an interval; use intervalSeconds
{{- else if hasPrefix "@" $text -}}
{{- if not (has $text (list "@yearly" "@annually" "@monthly" "@weekly" "@daily" "@midnight" "@hourly")) -}}
the descriptors are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly
{{- end -}}
{{- else -}}
{{- $fields := include "rota.cronFields" $text | fromJsonArray -}}
{{- if ne (len $fields) 5 -}}
{{- printf "it has %d fields, but needs five: minute, hour, day of month, month, day of week" (len $fields) -}}
{{- else -}}
{{- $problem := "" -}}
{{- $read := list -}}
{{- range $place, $field := $fields -}}
{{- $key := printf "%d %s" $place $field -}}
{{- if not (hasKey $seen $key) -}}
{{- $_ := set $seen $key (include "rota.cronField" (list $place $field) | fromJson) -}}
{{- end -}}
{{- $read = append $read (get $seen $key) -}}
{{- $problem = $problem | default (get $seen $key).problem -}}
{{- end -}}
{{- if $problem -}}
{{- $problem -}}
{{- else if (index $read 4).starred -}}
{{- $days := 0 -}}
{{- range (index $read 3).values -}}
{{- $days = max $days (index (list 0 31 29 31 30 31 30 31 31 30 31 30 31) (int .)) -}}
{{- end -}}
{{- if gt (int (index $read 2).least) (int $days) -}}
it never fires: the month does not have that day
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The fields of a cron text, as JSON: what is between Unicode's white space.
*/}}
{{- define "rota.cronFields" -}}
{{- regexSplit "[\\t\\n\\v\\f\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+" . -1 | compact | toJson -}}
{{- end }}

{{/*
One field of a cron text, as JSON: problem; starred (whether it leaves its field unrestricted); least
(its least value); values (of months and minutes only). Takes a list: place (0 to 4), text.
*/}}
{{- define "rota.cronField" -}}
{{- $place := index . 0 -}}
{{- $text := index . 1 -}}
{{- $name := index (list "minute" "hour" "day-of-month" "month" "day-of-week") $place -}}
{{- $low := index (list 0 0 1 1 0) $place -}}
{{- $high := index (list 59 23 31 12 6) $place -}}
{{- $words := list -}}
{{- if eq $place 3 -}}{{- $words = list "JAN" "FEB" "MAR" "APR" "MAY" "JUN" "JUL" "AUG" "SEP" "OCT" "NOV" "DEC" -}}{{- end -}}
{{- if eq $place 4 -}}{{- $words = list "SUN" "MON" "TUE" "WED" "THU" "FRI" "SAT" -}}{{- end -}}
{{- $problem := "" -}}
{{- $starred := false -}}
{{- $least := 99 -}}
{{- $values := list -}}
{{- range $part := splitList "," $text | compact -}}
{{- $halves := splitList "/" $part -}}
{{- $bounds := splitList "-" (first $halves) -}}
{{- $wild := has (first $bounds) (list "*" "?") -}}
{{- $step := 1 -}}
{{- $numbers := list -}}
{{- if gt (len $halves) 2 -}}
{{- $problem = "has too many slashes" -}}
{{- else if $wild -}}
{{- $numbers = list $low $high -}}
{{- else if gt (len $bounds) 2 -}}
{{- $problem = "has too many hyphens" -}}
{{- else -}}
{{- range $word := $bounds -}}
{{- $found := list -}}
{{- range $at, $known := $words -}}
{{- if and (eq (len $word) 3) (eq (upper $word) $known) -}}{{- $found = list (add $at $low) -}}{{- end -}}
{{- end -}}
{{- if $found -}}
{{- $numbers = append $numbers (first $found) -}}
{{- else if regexMatch "^\\+?[0-9]+$" $word -}}
{{- $numbers = append $numbers (atoi $word) -}}
{{- else -}}
{{- $problem = printf "has %q; %d to %d, *, ranges (a-b), steps (*/n) and lists (a,b) are allowed" $word $low $high -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq (len $halves) 2) (not $problem) -}}
{{- $stride := last $halves -}}
{{- $step = atoi $stride -}}
{{- if not (regexMatch "^(\\+?[0-9]+|-0+)$" $stride) -}}
{{- $problem = printf "has the step %q; steps are whole numbers from 1" $stride -}}
{{- else if or (eq $step 0) (eq $step 9223372036854775807) -}}
{{- $problem = printf "has the step %s; steps are whole numbers from 1" $stride -}}
{{- end -}}
{{- end -}}
{{- if not $problem -}}
{{- $from := int64 (first $numbers) -}}
{{- $to := int64 (last $numbers) -}}
{{- if and (eq (len $halves) 2) (eq (len $bounds) 1) -}}{{- $to = int64 $high -}}{{- end -}}
{{- range list $from $to -}}
{{- if or (lt . (int64 $low)) (gt . (int64 $high)) -}}
{{- $problem = printf "has %d; %d to %d are allowed%s" . $low $high (ternary ", write 0 for Sunday" "" (and (eq $place 4) (eq . 7))) -}}
{{- end -}}
{{- end -}}
{{- if and (gt $from $to) (not $problem) -}}
{{- $problem = printf "runs backwards; write it as two, such as %d-%d,%d-%d" $from $high $low $to -}}
{{- end -}}
{{- if not $problem -}}
{{- $least = min $least $from -}}
{{- $starred = or $starred (and $wild (eq $step 1)) -}}
{{- if has $place (list 0 3) -}}{{- $values = concat $values (untilStep (int $from) (int (add1 $to)) (int (min $step 99))) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if $problem -}}
{{- $problem = printf "the %s field %q %s" $name $part $problem -}}
{{- break -}}
{{- end -}}
{{- end -}}
{{- if and (eq (int $least) 99) (not $problem) -}}
{{- $problem = printf "it never fires: the %s field %q is empty" $name $text -}}
{{- end -}}
{{- dict "problem" $problem "starred" $starred "least" $least "values" $values | toJson -}}
{{- end }}

{{/*
The problem of the form of a time zone's name, or nothing. A template cannot know whether the zone
exists.
*/}}
{{- define "rota.timezoneProblem" -}}
{{- if eq (lower .) "local" -}}
{{- printf "%q is refused: it would depend on the machine; name one, such as Europe/Berlin" . -}}
{{- else if or (not (regexMatch "^[A-Z][A-Za-z_0-9+-]{0,13}(/[A-Z][A-Za-z_0-9+-]{0,13})*$" .)) (regexMatch "(^|/)[A-Z]{5,}(/|$)" .) (has . (list "Africa" "America" "Antarctica" "Arctic" "Asia" "Atlantic" "Australia" "Brazil" "Canada" "Chile" "Etc" "Europe" "Indian" "Mexico" "Pacific" "US")) -}}
{{- printf "%q is refused: name one of the tz database as it is written there, such as Etc/UTC or Europe/Berlin" . -}}
{{- end -}}
{{- end }}
