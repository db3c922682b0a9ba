{{/*
Whether there is anything to render: "true" or nothing.
Refuses values with problems that the schema cannot find or cannot explain: all at once, one per line.
Runs once per rendering, in the first template: each begins with this.
*/}}
{{- define "rota.validate" -}}
{{- if and .Values.enabled (not (hasKey .Values "rotaValidated")) -}}
{{- $facts := include "rota.facts" . | fromJson -}}
{{- $given := dict "values" .Values "facts" $facts "own" (include "rota.ownMounts" . | fromJson) -}}
{{- $problems := include "rota.unsetEmpty" $given -}}
{{- $_ := set $given "typed" $problems -}}
{{- $missing := include "rota.missingProblems" $given -}}
{{- $problems = print $problems $missing -}}
{{- range list "rota.valueProblems" "rota.taskProblems" "rota.ownKeyProblems" "rota.togetherProblems" "rota.consoleProblems" "rota.pagesProblems" "rota.podProblems" "rota.taskPodProblems" -}}
{{- $problems = print $problems (include . $given) -}}
{{- end -}}
{{- if not $missing -}}
{{- $problems = print $problems (include "rota.decide" .) -}}
{{- end -}}
{{- include "rota.refuse" (dict "values" .Values "problems" (splitList "\n" $problems | compact)) -}}
{{- $_ := set .Values "rotaValidated" true -}}
{{- end -}}
{{- if .Values.enabled -}}true{{- end -}}
{{- end }}

{{/*
Replaces "" by null wherever null is allowed, in the values themselves: a parent chart's template or
`--set` cannot write null. Writes a line for each other string where none is allowed, and replaces it
by null too, so that the checks below can rely on the types. Takes: values, facts.
*/}}
{{- define "rota.unsetEmpty" -}}
{{- $values := .values -}}
{{- $types := .facts.types -}}
{{- $ofTask := dict -}}
{{- range $path := .facts.optional -}}
{{- if hasPrefix "taskDefaults." $path -}}
{{- $_ := set $ofTask (trimPrefix "taskDefaults." $path) (get $types $path) -}}
{{- else -}}
{{- $keys := splitList "." $path -}}
{{- $within := $values -}}
{{- range initial $keys -}}
{{- $within = get $within . | default dict -}}
{{- end -}}
{{- include "rota.unsetText" (list $within (last $keys) $path (get $types $path)) -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := $values.settings -}}
{{- include "rota.unsetText" (list $values.settings $name "" "") -}}
{{- end -}}
{{- include "rota.unsetText" (list $values "taskDefaults" "taskDefaults" "object") -}}
{{- range $name, $_ := $values.tasks -}}
{{- include "rota.unsetText" (list $values.tasks $name (printf "tasks.%s" $name) "object") -}}
{{- end -}}
{{- $places := dict "taskDefaults" ($values.taskDefaults | default dict) -}}
{{- range $name, $task := $values.tasks -}}
{{- if $task -}}{{- $_ := set $places (printf "tasks.%s" $name) $task -}}{{- end -}}
{{- end -}}
{{- range $where, $task := $places -}}
{{- range $key, $value := $task -}}
{{- if and (kindIs "string" $value) (hasKey $ofTask $key) -}}
{{- include "rota.unsetText" (list $task $key (printf "%s.%s" $where $key) (get $ofTask $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The same for one key. Takes a list: map, key, path, type ("" for a string).
*/}}
{{- define "rota.unsetText" -}}
{{- $map := index . 0 -}}
{{- $key := index . 1 -}}
{{- $value := get $map $key -}}
{{- if and (kindIs "string" $value) (hasKey $map $key) (or (not $value) (index . 3)) -}}
{{- /* An interval, so that a missing one is not reported as well. */ -}}
{{- $_ := set $map $key (ternary 3600 nil (and (eq $key "intervalSeconds") (not (empty $value)))) -}}
{{- if $value -}}
{{- $wanted := get (dict "boolean" "true or false without quotes" "integer" "a whole number without quotes" "number" "a number without quotes" "object" "a map, key by key" "array" "a list") (index . 3) -}}
{{- printf "%s: %q is a string; write %s, or null\n" (index . 2) (trunc 80 $value) $wanted -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Fails the rendering if there are problems. Takes: problems (a list), values (for the tests, which
replace this template).
*/}}
{{- define "rota.refuse" -}}
{{- with .problems -}}
{{- $shown := . -}}
{{- if gt (len .) 20 -}}
{{- $shown = append (slice . 0 20) (printf "and %d more" (sub (len .) 20)) -}}
{{- end -}}
{{- fail (printf "\n\n%s\n" (join "\n" $shown)) -}}
{{- end -}}
{{- end }}

{{/*
The chart's volumes by name, each with its mount path, as JSON.
*/}}
{{- define "rota.ownMounts" -}}
{{- dict "rota" "/etc/rota" "tmp" "/tmp" "state" "/var/lib/rota" | toJson -}}
{{- end }}

{{/*
Problems of single keys of tasks and of taskDefaults, one per line. Takes: values, facts.
*/}}
{{- define "rota.taskProblems" -}}
{{- $values := .values -}}
{{- $facts := .facts -}}
{{- $seen := dict -}}
{{- $good := dict -}}
{{- $forms := dict -}}
{{- range $path, $form := $facts.forms -}}
{{- if hasPrefix "taskDefaults." $path -}}{{- $_ := set $forms (trimPrefix "taskDefaults." $path) $form -}}{{- end -}}
{{- end -}}
{{- $fragments := dict -}}
{{- range $path, $spec := $facts.fragments -}}
{{- if hasPrefix "taskDefaults." $path -}}{{- $_ := set $fragments (trimPrefix "taskDefaults." $path) $spec -}}{{- end -}}
{{- end -}}
{{- $texts := dict -}}
{{- range $path, $kind := $facts.texts -}}
{{- if hasPrefix "taskDefaults." $path -}}{{- $_ := set $texts (trimPrefix "taskDefaults." $path) $kind -}}{{- end -}}
{{- end -}}
{{- $places := dict "taskDefaults" (.values.taskDefaults | default dict) -}}
{{- range $name, $task := .values.tasks -}}
{{- if $task -}}
{{- if ne (toString $task.enabled) "false" -}}{{- $_ := set $places (printf "tasks.%s" $name) $task -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range $where, $task := $places -}}
{{- range $key, $value := $task -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $path := printf "%s.%s" $where $key -}}
{{- if or (hasKey $texts $key) (hasKey $fragments $key) -}}
{{- /* Equal values of several tasks are checked once. */ -}}
{{- $seenKey := printf "%s %s" $key (toJson $value) -}}
{{- if not (hasKey $good $seenKey) -}}
{{- $problems := "" -}}
{{- if hasKey $texts $key -}}
{{- $problems = include "rota.textsProblems" (list $path (get $texts $key) $value $facts) -}}
{{- else -}}
{{- $problems = include "rota.partProblems" (list $path (get $fragments $key) $value $facts) -}}
{{- if and (eq $key "securityContext") (not $problems) (or (hasKey $value "privileged") (hasKey $value "allowPrivilegeEscalation") (hasKey $value "capabilities")) -}}
{{- /* It is merged over that of all containers, key by key. */ -}}
{{- $context := omit ($values.securityContext | default dict) "" -}}
{{- range $inner, $each := $value -}}{{- $_ := set $context $inner $each -}}{{- end -}}
{{- $problems = include "rota.checkSecurityContext" (list $path $context $facts) -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}{{- $problems -}}{{- else -}}{{- $_ := set $good $seenKey true -}}{{- end -}}
{{- end -}}
{{- else if hasKey $forms $key -}}
{{- $problem := "" -}}
{{- if eq $key "schedule" -}}
{{- $problem = include "rota.scheduleProblem" (list $value $seen) -}}
{{- else if eq $key "timezone" -}}
{{- $problem = include "rota.timezoneProblem" $value -}}
{{- else -}}
{{- $problem = include "rota.formProblem" (list (get $forms $key) $value) -}}
{{- end -}}
{{- if $problem -}}
{{- printf "%s: %s\n" $path $problem -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
