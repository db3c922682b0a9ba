{{/*
Decides everything about all enabled tasks, once in a rendering, and keeps them in .Values.rotaTasks,
by name. No list of tasks: to append to one copies it. Writes a line for each problem: what no mode
or not this mode can run; rota.validate refuses them with all others.

Keys of a task: those of `taskDefaults`, and
  name          as in Python
  object        name of its CronJob
  runner        cronjob or scheduler
  seconds       the interval; 0 for cron text
  cron          what its CronJob carries; empty for intervals below a minute
  timezone      of `cron`
  exact         false where `cron` is @every
  stated        what the task itself states
  atOnce        how many of its shards run at once
  deadline      activeDeadlineSeconds of its Jobs
  ownSettings   its lines of a pod's settings
  settings      all settings of its own pods
  …HistoryLimit always set
  shape         equal for tasks whose CronJobs differ in what `rota.cronjobFormat` marks, and no more
*/}}
{{- define "rota.decide" -}}
{{- if not (hasKey .Values "rotaTasks") -}}
{{- include "rota.share" . -}}
{{- $problems := list -}}
{{- $tasks := dict -}}
{{- $names := dict -}}
{{- $defaults := omit (.Values.taskDefaults | default dict) "" -}}
{{- include "rota.dropNulls" $defaults -}}
{{- /* What every task has is decided once, since there may be thousands. */ -}}
{{- range $key, $value := include "rota.fieldDefaults" . | fromJson -}}
{{- if not (hasKey $defaults $key) -}}{{- $_ := set $defaults $key $value -}}{{- end -}}
{{- end -}}
{{- $given := dict "root" . "defaults" $defaults "waits" dict "kept" dict "shared" (include "rota.sharedSettings" .) "problems" list -}}
{{- if not (has .Values.mode (list "cronjobs" "scheduler" "hybrid")) -}}
{{- $problems = append $problems (printf "mode: %q is refused: use cronjobs, scheduler or hybrid" (toString .Values.mode)) -}}
{{- end -}}
{{- range $name, $own := .Values.tasks | default (include "rota.referenceTasks" . | fromJson) -}}
{{- if not (kindIs "invalid" $own) -}}
{{- $problem := include "rota.nameProblem" (dict "name" $name "names" $names) -}}
{{- if $problem -}}
{{- $problems = append $problems (printf "tasks.%s: %s" $name $problem) -}}
{{- else -}}
{{- include "rota.dropNulls" $own -}}
{{- $_ := set $given "name" $name -}}
{{- $_ := set $given "own" $own -}}
{{- include "rota.task" $given -}}
{{- if $given.result.enabled -}}
{{- $_ := set $tasks $name $given.result -}}
{{- range $given.problems -}}
{{- $problems = append $problems (printf "tasks.%s%s" $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set .Values "rotaTasks" $tasks -}}
{{- range $problems -}}{{- printf "%s\n" . -}}{{- end -}}
{{- end -}}
{{- end }}

{{/*
The tasks that rota comes with, as JSON: an example for an installation that has none of its own. As
rota.tasks.reference; a test reads both.
*/}}
{{- define "rota.referenceTasks" -}}
{{- dict "cleanup" (dict "intervalSeconds" 3600) "notifications" (dict "intervalSeconds" 300 "runOnStart" true) | toJson -}}
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
Makes one task as rota.decide describes it, and `problems`. Takes: root, name, own, defaults (all
that every task has), shared (the settings of all pods), waits (see rota.activeDeadline), kept (see
rota.addHistoryLimits).
*/}}
{{- define "rota.task" -}}
{{- $values := .root.Values -}}
{{- $own := .own -}}
{{- $problems := list -}}
{{- $task := dict -}}
{{- if hasKey $own "schedule" -}}
{{- $task = omit .defaults "intervalSeconds" -}}
{{- else if hasKey $own "intervalSeconds" -}}
{{- $task = omit .defaults "schedule" "timezone" -}}
{{- else -}}
{{- $task = omit .defaults "" -}}
{{- end -}}
{{- range $key, $value := $own -}}
{{- if and (kindIs "map" $value) (has $key (list "env" "labels" "annotations" "podAnnotations" "nodeSelector")) -}}
{{- $joined := omit (get $task $key | default dict) "" -}}
{{- range $inner, $each := $value -}}{{- $_ := set $joined $inner $each -}}{{- end -}}
{{- $_ := set $task $key $joined -}}
{{- else -}}
{{- $_ := set $task $key $value -}}
{{- end -}}
{{- end -}}

{{- $text := "" -}}
{{- $seconds := 0 -}}
{{- if hasKey $task "schedule" -}}
{{- $text = $task.schedule -}}
{{- if hasKey $task "intervalSeconds" -}}
{{- $problems = append $problems ": intervalSeconds and schedule are both set; keep one, and set the other to null" -}}
{{- end -}}
{{- else if hasKey $task "intervalSeconds" -}}
{{- $seconds = int64 $task.intervalSeconds -}}
{{- else -}}
{{- $problems = append $problems ": neither intervalSeconds nor schedule is set; set one" -}}
{{- end -}}
{{- if $text -}}
{{- if $own.splayMinutes -}}
{{- $problems = append $problems (printf ".splayMinutes: requires an interval that has a five-field text; move the minute in %q instead" $text) -}}
{{- end -}}
{{- $_ := set $task "splayMinutes" 0 -}}
{{- else -}}
{{- if hasKey $own "timezone" -}}
{{- $problems = append $problems ".timezone: requires cron text in schedule, since an interval has no time zone; remove it, or set schedule" -}}
{{- end -}}
{{- $_ := set $task "timezone" "Etc/UTC" -}}
{{- end -}}

{{- $cron := $text -}}
{{- $exact := true -}}
{{- if gt $seconds 0 -}}
{{- $offset := 0 -}}
{{- if $task.splayMinutes -}}
{{- $offset = include "rota.splayOffset" (dict "release" .root.Release.Name "task" .name "splay" $task.splayMinutes) -}}
{{- end -}}
{{- $cron = include "rota.fiveFieldText" (dict "seconds" $seconds "offset" $offset) -}}
{{- if not $cron -}}
{{- $exact = false -}}
{{- if $own.splayMinutes -}}
{{- $problems = append $problems (printf ".splayMinutes: is refused for an interval of %d s, which five-field cron cannot express; use whole minutes that divide an hour, whole hours that divide a day, one day or one week" $seconds) -}}
{{- end -}}
{{- $_ := set $task "splayMinutes" 0 -}}
{{- if ge $seconds 60 -}}
{{- $cron = printf "@every %ds" $seconds -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $subMinute := and (gt $seconds 0) (lt $seconds 60) -}}
{{- $runner := "cronjob" -}}
{{- if or (eq $values.mode "scheduler") (and $subMinute (eq $values.mode "hybrid")) -}}
{{- $runner = "scheduler" -}}
{{- else if $subMinute -}}
{{- $problems = append $problems (printf ".intervalSeconds: an interval of %d s is refused: a CronJob runs once a minute at most; use mode: scheduler, or mode: hybrid, where such tasks run in a small scheduler of their own" $seconds) -}}
{{- else if eq $task.catchUp "all" -}}
{{- $problems = append $problems ".catchUp: all is refused in a CronJob: Kubernetes starts only the newest missed slot; use latest, or mode: scheduler" -}}
{{- else if and (not $exact) (eq $task.catchUp "none") -}}
{{- $problems = append $problems (printf ".catchUp: none is refused for an interval of %d s in a CronJob: it becomes @every, which Kubernetes may never start if there is a deadline; leave it out, use an interval that five-field cron can express, or use mode: scheduler" $seconds) -}}
{{- else if and (not $exact) (hasKey $own "catchUpSeconds") -}}
{{- $problems = append $problems (printf ".catchUpSeconds: is refused for an interval of %d s in a CronJob: it becomes @every, which Kubernetes may never start if there is a deadline; leave it out, use an interval that five-field cron can express, or use mode: scheduler" $seconds) -}}
{{- end -}}
{{- if or $exact (hasKey $own "catchUpSeconds") -}}
{{- $_ := set $task "catchUpSeconds" (int64 $task.catchUpSeconds) -}}
{{- else -}}
{{- $_ := unset $task "catchUpSeconds" -}}
{{- end -}}
{{- if $exact -}}
{{- $_ := set $task "startingDeadlineSeconds" (eq $task.catchUp "none" | ternary (min 60 $task.catchUpSeconds) $task.catchUpSeconds) -}}
{{- end -}}
{{- if and (eq $task.catchUp "all") (ne $task.overlap "forbid") -}}
{{- $problems = append $problems (printf ".catchUp: all starts one slot after the other, so it requires overlap: forbid, not overlap: %s" $task.overlap) -}}
{{- end -}}

{{- if and $text (eq $runner "cronjob") $values.metrics.prometheusRule.enabled $values.metrics.prometheusRule.kubeStateMetrics (not $task.largestGapSeconds) -}}
{{- $problems = append $problems (printf ".largestGapSeconds: is not set, and metrics.prometheusRule.kubeStateMetrics needs the longest time between two slots of %q; `rota export helm-values --largest-gaps` writes it" $text) -}}
{{- end -}}

{{- $object := .name | replace "_" "-" -}}
{{- $base := printf "%s-%s" $values.rotaShared.identity $object -}}
{{- if gt (len $base) 50 -}}
{{- $base = include "rota.shortName" (dict "name" $base "keep" $object "max" 50) -}}
{{- end -}}
{{- $_ := set $task "name" .name -}}
{{- $_ := set $task "object" $base -}}
{{- $_ := set $task "runner" $runner -}}
{{- $_ := set $task "seconds" $seconds -}}
{{- $_ := set $task "cron" $cron -}}
{{- $_ := set $task "exact" $exact -}}
{{- $_ := set $task "stated" $own -}}
{{- if $values.suspendAll -}}{{- $_ := set $task "suspend" true -}}{{- end -}}
{{- if not $task.timezone -}}{{- $_ := set $task "timezone" "Etc/UTC" -}}{{- end -}}
{{- if not $task.timeoutSeconds -}}
{{- $_ := set $task "timeoutSeconds" (ternary (max 60 $seconds | min 3600) 3600 (gt $seconds 0)) -}}
{{- end -}}
{{- $shards := int64 $task.shards -}}
{{- $atOnce := $shards -}}
{{- range $key := list "parallelism" "maxFailedIndexes" -}}
{{- if hasKey $own $key -}}
{{- if le $shards 1 -}}
{{- $problems = append $problems (printf ".%s: requires several shards; set shards, or remove it" $key) -}}
{{- else if gt (get $own $key | int64) $shards -}}
{{- $problems = append $problems (printf ".%s: is %d, but there are only %d shards; use no more than that" $key (get $own $key | int64) $shards) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (gt $shards 1) (hasKey $task "parallelism") -}}
{{- $atOnce = min $shards (int64 $task.parallelism) | max 1 -}}
{{- end -}}
{{- if and (gt $shards 1) (hasKey $task "maxFailedIndexes") -}}
{{- $_ := set $task "maxFailedIndexes" (min $shards (int64 $task.maxFailedIndexes)) -}}
{{- end -}}
{{- $_ := set $task "atOnce" $atOnce -}}
{{- if hasKey $task "activeDeadlineSeconds" -}}
{{- $_ := set $task "deadline" (int64 $task.activeDeadlineSeconds) -}}
{{- else -}}
{{- $_ := set $task "deadline" (include "rota.activeDeadline" (dict "timeout" $task.timeoutSeconds "backoffLimit" $task.backoffLimit "grace" $values.rotaShared.grace "waits" .waits "turns" (div (add $shards $atOnce -1) $atOnce)) | int64) -}}
{{- end -}}
{{- if not $problems -}}
{{- $_ := set $task "ownSettings" (include "rota.ownSettings" $task) -}}
{{- $_ := set $task "settings" (printf "%s\nROTA_ONLY=%s\n%s" .shared .name $task.ownSettings) -}}
{{- end -}}
{{- $more := omit $own "intervalSeconds" "schedule" "timezone" "timeoutSeconds" "catchUpSeconds" "catchUp" "splayMinutes" "runOnStart" "activeDeadlineSeconds" "largestGapSeconds" -}}
{{- include "rota.addHistoryLimits" (list $task .root .kept) -}}
{{- $_ := set $task "shape" (printf "%t %d %s" (hasKey $task "startingDeadlineSeconds") (int64 $task.successfulJobsHistoryLimit) ($more | empty | ternary "" (toJson $more))) -}}
{{- $_ := set . "problems" $problems -}}
{{- $_ := set . "result" $task -}}
{{- end }}

{{/*
Adds how many Jobs are kept, where values do not say. A console keeps the evidence of failures itself,
but a restart of it must find the successes of ten minutes. Takes a list: task, root, the numbers by
cron text, which are added to here.
*/}}
{{- define "rota.addHistoryLimits" -}}
{{- $task := index . 0 -}}
{{- $watched := include "rota.hasConsole" (index . 1) -}}
{{- if not (hasKey $task "failedJobsHistoryLimit") -}}
{{- $_ := set $task "failedJobsHistoryLimit" (ternary 3 1 (empty $watched)) -}}
{{- end -}}
{{- if not (hasKey $task "successfulJobsHistoryLimit") -}}
{{- $number := 3 -}}
{{- if and $watched (ne $task.runner "scheduler") -}}
{{- $kept := index . 2 -}}
{{- if not (hasKey $kept $task.cron) -}}
{{- $_ := set $kept $task.cron (include "rota.dueInTenMinutes" $task.cron | int) -}}
{{- end -}}
{{- $number = max 3 (get $kept $task.cron) -}}
{{- end -}}
{{- $_ := set $task "successfulJobsHistoryLimit" $number -}}
{{- end -}}
{{- end }}

{{/*
Takes the keys that are null out of a map, in place.
*/}}
{{- define "rota.dropNulls" -}}
{{- $map := . -}}
{{- range $key, $value := . -}}
{{- if kindIs "invalid" $value -}}{{- $_ := unset $map $key -}}{{- end -}}
{{- end -}}
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
The first of many names, for NOTES. Takes a map by name.
*/}}
{{- define "rota.someOf" -}}
{{- $names := keys . | sortAlpha -}}
{{- $shown := len . | min 10 | int -}}
{{- slice $names 0 $shown | join ", " -}}
{{- if gt (len .) $shown }} and {{ sub (len .) $shown }} more{{ end -}}
{{- end }}
