{{/*
The five-field text that fires every `seconds`, `offset` minutes after the interval's own grid;
nothing where five fields cannot say it. As rota.schedules.mapping.five_field_text, byte for byte.
Takes: seconds, offset.
*/}}
{{- define "rota.fiveFieldText" -}}
{{- $seconds := int64 .seconds -}}
{{- $offset := mod (int64 .offset) (max 1 (div $seconds 60)) -}}
{{- $minute := mod $offset 60 -}}
{{- $hour := mod (div $offset 60) 24 -}}
{{- if eq $seconds 604800 -}}
{{- printf "%d %d * * %d" $minute $hour (div $offset 1440) -}}
{{- else if eq $seconds 86400 -}}
{{- printf "%d %d * * *" $minute $hour -}}
{{- else if and (eq (mod $seconds 3600) 0) (le $seconds 86400) (eq (mod 86400 $seconds) 0) -}}
{{- printf "%d %s * * *" $minute (include "rota.everyNth" (dict "step" (div $seconds 3600) "first" $hour "last" 23)) -}}
{{- else if and (eq (mod $seconds 60) 0) (le $seconds 3600) (eq (mod 3600 $seconds) 0) -}}
{{- printf "%s * * * *" (include "rota.everyNth" (dict "step" (div $seconds 60) "first" $minute "last" 59)) -}}
{{- end -}}
{{- end }}

{{/*
One field of a cron text: every `step` from `first`. Takes: step, first, last.
*/}}
{{- define "rota.everyNth" -}}
{{- if eq (int64 .step) 1 -}}
*
{{- else if eq (int64 .first) 0 -}}
{{- printf "*/%d" .step -}}
{{- else -}}
{{- printf "%d-%d/%d" .first .last .step -}}
{{- end -}}
{{- end }}

{{/*
A task's stable offset in minutes, from 0 to `splay`. As rota.schedules.splay.
Takes: release, task, splay.
*/}}
{{- define "rota.splayOffset" -}}
{{- mod (printf "%s/%s" .release .task | sha256sum | adler32sum | int64) (add1 (int64 .splay)) -}}
{{- end }}

{{/*
activeDeadlineSeconds that leaves room for every attempt: two minutes to start, each attempt with
its grace, and the Job controller's waits between them (10 s, doubling, at most 600 s).
Takes: timeout, backoffLimit, grace (terminationGracePeriodSeconds), and perhaps turns, in which shards
run one after another, and waits, a map of their sum by backoffLimit, which is filled here.
*/}}
{{- define "rota.activeDeadline" -}}
{{- $retries := int64 .backoffLimit -}}
{{- $waits := .waits | default dict -}}
{{- $key := toString $retries -}}
{{- if not (hasKey $waits $key) -}}
{{- $total := 0 -}}
{{- $wait := 10 -}}
{{- range until (int $retries) -}}
{{- $total = add $total $wait -}}
{{- $wait = min 600 (mul 2 $wait) -}}
{{- end -}}
{{- $_ := set $waits $key $total -}}
{{- end -}}
{{- $turn := add (get $waits $key) (mul (add1 $retries) (add (ceil .timeout | int64) (int64 .grace))) -}}
{{- add 120 (mul (.turns | default 1) $turn) -}}
{{- end }}

{{/*
The most slots that come due within ten minutes, as if the hours were not restricted. Takes what a
CronJob carries: a valid text, a descriptor or @every with seconds. As
rota.kubernetes.manifests.history.due_in_ten_minutes.
*/}}
{{- define "rota.dueInTenMinutes" -}}
{{- if hasPrefix "@every " . -}}
{{- $seconds := trimPrefix "@every " . | trimSuffix "s" | int64 | max 1 -}}
{{- div (add 600 $seconds -1) $seconds -}}
{{- else if hasPrefix "@" . -}}
1
{{- else -}}
{{- $minute := include "rota.cronFields" . | fromJsonArray | first | default "" -}}
{{- $minutes := (include "rota.cronField" (list 0 $minute) | fromJson).values | uniq -}}
{{- $most := 0 -}}
{{- range $from := $minutes -}}
{{- $number := 0 -}}
{{- range $minutes -}}
{{- if lt (mod (add 60 (sub . $from)) 60) 10 -}}{{- $number = add1 $number -}}{{- end -}}
{{- end -}}
{{- $most = max $most $number -}}
{{- end -}}
{{- $most -}}
{{- end -}}
{{- end }}
