{{/*
Problems of what tasks add to their pods, one per line: names and paths that collide with those of
all pods. Takes: values, own (as rota.podProblems does).
*/}}
{{- define "rota.taskPodProblems" -}}
{{- $values := .values -}}
{{- $taken := dict -}}
{{- range $name, $_ := .own -}}{{- $_ := set $taken $name "the chart" -}}{{- end -}}
{{- range $at, $volume := $values.volumes -}}
{{- if kindIs "map" $volume -}}{{- $_ := set $taken ($volume.name | default "") (printf "volumes[%d]" $at) -}}{{- end -}}
{{- end -}}
{{- $containers := dict "rota" "the chart" -}}
{{- range $key := list "initContainers" "sidecars" -}}
{{- range $at, $container := index $values $key -}}
{{- if kindIs "map" $container -}}{{- $_ := set $containers ($container.name | default "") (printf "%s[%d]" $key $at) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $mounted := omit .own "state" -}}
{{- range $at, $mount := $values.volumeMounts -}}
{{- if kindIs "map" $mount -}}{{- $_ := set $mounted (printf "volumeMounts[%d]" $at) (clean ($mount.mountPath | default "/")) -}}{{- end -}}
{{- end -}}
{{- $defaults := $values.taskDefaults | default dict -}}
{{- $places := dict "taskDefaults" $defaults -}}
{{- range $name, $task := $values.tasks -}}
{{- if $task -}}
{{- if and (or $task.volumes $task.volumeMounts $task.initContainers) (ne (toString $task.enabled) "false") -}}
{{- $_ := set $places (printf "tasks.%s" $name) $task -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $where, $task := $places -}}
{{- $found := dict "volumes" (omit $taken "") "initContainers" (omit $containers "") -}}
{{- range $key, $seen := $found -}}
{{- $set := get $task $key -}}
{{- range $at, $part := $set | default (get $defaults $key) | default list -}}
{{- if kindIs "map" $part -}}
{{- $problem := include "rota.partNameProblem" (list $part $seen (printf "%s.%s[%d]" (ternary $where "taskDefaults" (not (empty $set))) $key $at)) -}}
{{- if and $problem (or $set (eq $where "taskDefaults")) -}}
{{- printf "%s.%s[%d].name: %s\n" $where $key $at $problem -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $volumes := omit $found.volumes "state" -}}
{{- include "rota.mountProblems" (dict "container" $task "where" (printf "%s." $where) "volumes" $volumes "own" $mounted) -}}
{{- range $at, $container := $task.initContainers -}}
{{- if kindIs "map" $container -}}
{{- $here := printf "%s.initContainers[%d]" $where $at -}}
{{- include "rota.mountProblems" (dict "container" $container "where" (printf "%s." $here) "volumes" $volumes "own" dict) -}}
{{- include "rota.containerProblems" (list $here $container (eq ($container.restartPolicy | default "") "Always") dict) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
