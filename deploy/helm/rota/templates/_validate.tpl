{{/*
Whether there is anything to render: "true" or nothing.
Refuses values with problems that the schema cannot tell, or not in good words: all at once, a line
each. Once in a rendering, whichever template comes first: each begins with this.
*/}}
{{- define "rota.validate" -}}
{{- if and .Values.enabled (not (hasKey .Values "rotaValidated")) -}}
{{- $facts := include "rota.facts" . | fromJson -}}
{{- include "rota.unsetEmpty" (dict "values" .Values "optional" $facts.optional) -}}
{{- $problems := include "rota.valueProblems" (dict "values" .Values "facts" $facts) -}}
{{- $problems = print $problems (include "rota.taskProblems" (dict "values" .Values "facts" $facts)) -}}
{{- $problems = print $problems (include "rota.ownKeyProblems" (dict "values" .Values "facts" $facts)) -}}
{{- $problems = print $problems (include "rota.podProblems" (dict "values" .Values "own" (include "rota.ownMounts" . | fromJson))) -}}
{{- include "rota.refuse" (splitList "\n" $problems | compact) -}}
{{- $_ := set .Values "rotaValidated" true -}}
{{- end -}}
{{- if .Values.enabled -}}true{{- end -}}
{{- end }}

{{/*
Makes "" null wherever null may stand, in the values themselves: a parent chart's template or `--set`
cannot write null. Takes: values, optional (their paths).
*/}}
{{- define "rota.unsetEmpty" -}}
{{- $values := .values -}}
{{- $ofTask := dict -}}
{{- range $path := append .optional "taskDefaults" -}}
{{- if hasPrefix "taskDefaults." $path -}}
{{- $_ := set $ofTask (trimPrefix "taskDefaults." $path) true -}}
{{- else -}}
{{- $keys := splitList "." $path -}}
{{- $within := $values -}}
{{- range initial $keys -}}
{{- $within = get $within . | default dict -}}
{{- end -}}
{{- if kindIs "string" (get $within (last $keys)) -}}
{{- if not (get $within (last $keys)) -}}{{- $_ := set $within (last $keys) nil -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $values.settings -}}
{{- if kindIs "string" $value -}}
{{- if not $value -}}{{- $_ := set $values.settings $name nil -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $task := $values.tasks -}}
{{- if kindIs "string" $task -}}{{- $_ := set $values.tasks $name nil -}}{{- end -}}
{{- end -}}
{{- range $task := append (values ($values.tasks | default dict)) $values.taskDefaults -}}
{{- range $key, $value := $task -}}
{{- if and (kindIs "string" $value) (hasKey $ofTask $key) -}}
{{- if not $value -}}{{- $_ := set $task $key nil -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Ends the rendering where there are problems. Takes them as a list.
*/}}
{{- define "rota.refuse" -}}
{{- if . -}}
{{- $shown := . -}}
{{- if gt (len .) 20 -}}
{{- $shown = append (slice . 0 20) (printf "and %d more" (sub (len .) 20)) -}}
{{- end -}}
{{- fail (printf "\n\n%s\n" (join "\n" $shown)) -}}
{{- end -}}
{{- end }}

{{/*
The chart's own volumes by name, with the path that each is mounted at, as JSON.
*/}}
{{- define "rota.ownMounts" -}}
{{- dict "rota" "/etc/rota" "tmp" "/tmp" "state" "/var/lib/rota" | toJson -}}
{{- end }}

{{/*
Problems of single keys of tasks and of taskDefaults, a line each. Takes: values, facts.
*/}}
{{- define "rota.taskProblems" -}}
{{- $facts := .facts -}}
{{- $seen := dict -}}
{{- $forms := dict -}}
{{- range $path, $form := $facts.forms -}}
{{- if hasPrefix "taskDefaults." $path -}}{{- $_ := set $forms (trimPrefix "taskDefaults." $path) $form -}}{{- end -}}
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
{{- $problem := "" -}}
{{- if and (kindIs "string" $value) (hasKey $facts.quoted $key) -}}
{{- $problem = printf "%s %q is a text; write %s without quotes" $key $value (ternary "true or false" "a whole number" (eq (get $facts.quoted $key) "boolean")) -}}
{{- else if hasKey $texts $key -}}
{{- include "rota.textsProblems" (list (printf "%s.%s" $where $key) (get $texts $key) $value $facts) -}}
{{- else if and (hasKey $forms $key) $value -}}
{{- if eq $key "schedule" -}}
{{- $problem = include "rota.scheduleProblem" (list $value $seen) -}}
{{- else if eq $key "timezone" -}}
{{- $problem = include "rota.timezoneProblem" $value -}}
{{- else -}}
{{- $problem = include "rota.formProblem" (list (get $forms $key) $value) | printf "%s %s" $key -}}
{{- $problem = ternary $problem "" (ne $problem (printf "%s " $key)) -}}
{{- end -}}
{{- end -}}
{{- if $problem -}}
{{- printf "%s: %s\n" $where $problem -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
