{{/*
All enabled tasks with everything about them decided, as JSON: {"tasks": […]}, in the order of their
names. Refuses, with every problem named at once, what no mode or not this mode can run.

Keys of a task: those of `taskDefaults`, and
  name          as in Python
  object        name of its CronJob
  runner        cronjob or scheduler
  seconds       the interval; 0 for cron text
  cron          what its CronJob carries; empty for intervals below a minute
  timezone      of `cron`
  exact         false where `cron` is @every
  stated        the keys that the task itself states
*/}}
{{- define "rota.tasks" -}}
{{- /* Decided once, in whichever file comes first: all files of a rendering share .Values. */ -}}
{{- if not (hasKey .Values "rotaTasks") -}}
{{- $_ := set .Values "rotaTasks" (include "rota.decidedTasks" .) -}}
{{- end -}}
{{- .Values.rotaTasks -}}
{{- end }}

{{/*
The same, worked out.
*/}}
{{- define "rota.decidedTasks" -}}
{{- $problems := list -}}
{{- $tasks := list -}}
{{- $names := dict -}}
{{- $identity := include "rota.identity" . -}}
{{- $defaults := include "rota.withoutNulls" .Values.taskDefaults | fromJson -}}
{{- if not (has .Values.mode (list "cronjobs" "scheduler" "hybrid")) -}}
{{- $problems = append $problems (printf "mode: %q is none of cronjobs, scheduler, hybrid" .Values.mode) -}}
{{- end -}}
{{- range $name := keys (.Values.tasks | default dict) | sortAlpha -}}
{{- $own := get $.Values.tasks $name -}}
{{- if not (kindIs "invalid" $own) -}}
{{- $problem := include "rota.nameProblem" (dict "name" $name "names" $names) -}}
{{- if $problem -}}
{{- $problems = append $problems (printf "tasks.%s: %s" $name $problem) -}}
{{- else -}}
{{- $task := include "rota.task" (dict "root" $ "identity" $identity "name" $name "own" $own "defaults" $defaults) | fromJson -}}
{{- range $task.problems -}}
{{- $problems = append $problems (printf "tasks.%s: %s" $name .) -}}
{{- end -}}
{{- if $task.enabled -}}
{{- $tasks = append $tasks (omit $task "problems") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n\n%s\n" (join "\n" $problems)) -}}
{{- end -}}
{{- dict "tasks" $tasks | toJson -}}
{{- end }}

{{/*
What is wrong with a task's name, or nothing. Takes: name, names (those seen so far, filled here).
*/}}
{{- define "rota.nameProblem" -}}
{{- $object := .name | replace "_" "-" -}}
{{- if or (gt (len .name) 40) (not (regexMatch "^[a-z0-9]+([-_][a-z0-9]+)*$" .name)) -}}
the name is not allowed: use lower-case letters, digits, single '-' and '_' between them, at most 40 characters
{{- else if hasKey .names $object -}}
{{- printf "it would be %q in Kubernetes, as %q would; rename one of them" $object (get .names $object) -}}
{{- end -}}
{{- $_ := set .names $object .name -}}
{{- end }}

{{/*
One task as rota.tasks describes it, with `problems`. Takes: root, identity, name, own, defaults.
*/}}
{{- define "rota.task" -}}
{{- $root := .root -}}
{{- $own := include "rota.withoutNulls" .own | fromJson -}}
{{- $defaults := .defaults -}}
{{- $problems := list -}}
{{- if hasKey $own "schedule" -}}
{{- $defaults = omit $defaults "intervalSeconds" -}}
{{- else if hasKey $own "intervalSeconds" -}}
{{- $defaults = omit $defaults "schedule" "timezone" -}}
{{- end -}}
{{- $task := include "rota.joined" (list $defaults $own) | fromJson -}}
{{- range $key := list "env" "labels" "annotations" "podAnnotations" "nodeSelector" -}}
{{- if and (get $defaults $key) (get $own $key) -}}
{{- $task = set $task $key (include "rota.joined" (list (get $defaults $key) (get $own $key)) | fromJson) -}}
{{- end -}}
{{- end -}}

{{- if and (hasKey $task "schedule") (hasKey $task "intervalSeconds") -}}
{{- $problems = append $problems "intervalSeconds and schedule are both set; keep one, and set the other to null" -}}
{{- else if not (or (hasKey $task "schedule") (hasKey $task "intervalSeconds")) -}}
{{- $problems = append $problems "neither intervalSeconds nor schedule is set; state one" -}}
{{- end -}}
{{- $seconds := ternary 0 (int64 (get $task "intervalSeconds" | default 0)) (hasKey $task "schedule") -}}
{{- $text := get $task "schedule" | default "" -}}
{{- if $text -}}
{{- if $own.splayMinutes -}}
{{- $problems = append $problems (printf "splayMinutes goes with an interval that has a five-field text; move the minute in %q instead" $text) -}}
{{- end -}}
{{- $task = set $task "splayMinutes" 0 -}}
{{- else if hasKey $own "timezone" -}}
{{- $problems = append $problems "timezone goes with a cron text in schedule; an interval has none" -}}
{{- end -}}

{{- $splay := int64 (get $task "splayMinutes" | default 0) -}}
{{- $offset := 0 -}}
{{- if $splay -}}
{{- $offset = include "rota.splayOffset" (dict "release" $root.Release.Name "task" .name "splay" $splay) -}}
{{- end -}}
{{- $cron := $text -}}
{{- $exact := true -}}
{{- if gt $seconds 0 -}}
{{- $cron = include "rota.fiveFieldText" (dict "seconds" $seconds "offset" $offset) -}}
{{- $exact = not (empty $cron) -}}
{{- if not $exact -}}
{{- if $own.splayMinutes -}}
{{- $problems = append $problems (printf "splayMinutes is refused for an interval of %d s: it is for intervals that five-field cron can say, which are whole minutes that divide an hour, whole hours that divide a day, one day and one week" $seconds) -}}
{{- end -}}
{{- $task = set $task "splayMinutes" 0 -}}
{{- if ge $seconds 60 -}}
{{- $cron = printf "@every %ds" $seconds -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $subMinute := and (gt $seconds 0) (lt $seconds 60) -}}
{{- $runner := ternary "scheduler" "cronjob" (or (eq $root.Values.mode "scheduler") (and (eq $root.Values.mode "hybrid") $subMinute)) -}}
{{- if eq $runner "cronjob" -}}
{{- if $subMinute -}}
{{- $problems = append $problems (printf "an interval of %d s is refused: a CronJob runs once a minute at most. Use mode: scheduler, or mode: hybrid, where such tasks run in a small scheduler of their own" $seconds) -}}
{{- else if and (not $exact) (hasKey $own "catchUpSeconds") -}}
{{- $problems = append $problems (printf "catchUpSeconds is refused for an interval of %d s in a CronJob: it has to be written @every, and with a deadline Kubernetes may never start that. Leave it out, use an interval that five-field cron can say, or use mode: scheduler" $seconds) -}}
{{- end -}}
{{- end -}}
{{- if not (or $exact (hasKey $own "catchUpSeconds")) -}}
{{- $task = unset $task "catchUpSeconds" -}}
{{- else if not (hasKey $task "catchUpSeconds") -}}
{{- $task = set $task "catchUpSeconds" 3600 -}}
{{- end -}}

{{- $base := printf "%s-%s" .identity (.name | replace "_" "-") -}}
{{- $decided := dict
  "name" .name
  "object" (include "rota.shortName" (dict "name" $base "keep" (.name | replace "_" "-") "max" 50))
  "runner" $runner
  "seconds" $seconds
  "cron" $cron
  "timezone" (ternary (get $task "timezone" | default "Etc/UTC") "Etc/UTC" (not (empty $text)))
  "exact" $exact
  "enabled" (get $task "enabled" | default (not (hasKey $task "enabled")))
  "suspend" (or (get $task "suspend" | default false) $root.Values.suspendAll)
  "runOnStart" (get $task "runOnStart" | default false)
  "overlap" (get $task "overlap" | default "forbid")
  "shards" (get $task "shards" | default 1)
  "backoffLimit" (ternary (get $task "backoffLimit") 2 (hasKey $task "backoffLimit"))
  "timeoutSeconds" (get $task "timeoutSeconds" | default (include "rota.defaultTimeout" (dict "seconds" $seconds) | int64))
  "stated" (keys $own | sortAlpha)
  "problems" (ternary $problems list (not (eq (get $task "enabled" | toString) "false")))
-}}
{{- include "rota.joined" (list $task $decided) -}}
{{- end }}

{{/*
A map as JSON, without the keys that are null.
*/}}
{{- define "rota.withoutNulls" -}}
{{- $kept := dict -}}
{{- range $key, $value := . -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $kept = set $kept $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $kept -}}
{{- end }}

{{/*
Whether there is something for a scheduler to run: "true" or nothing. Takes the tasks.
*/}}
{{- define "rota.hasScheduler" -}}
{{- range . -}}
{{- if eq .runner "scheduler" -}}true{{- end -}}
{{- end -}}
{{- end }}

{{/*
The first of many names, for NOTES.
*/}}
{{- define "rota.someOf" -}}
{{- $shown := . | initial | len | min 9 | add1 | int -}}
{{- slice . 0 $shown | join ", " -}}
{{- if gt (len .) $shown }} and {{ sub (len .) $shown }} more{{ end -}}
{{- end }}
