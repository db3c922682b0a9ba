{{/*
Problems of what is added to pods, a line each: volumes, mounts, containers, sources of environment,
probes. Their shape is checked by values.schema.json. Takes: values, own (the chart's own volumes by
name, with the path that each is mounted at).
*/}}
{{- define "rota.podProblems" -}}
{{- $values := .values -}}
{{- $names := dict -}}
{{- range $name, $_ := .own -}}{{- $_ := set $names $name "the chart" -}}{{- end -}}
{{- range $at, $volume := $values.volumes -}}
{{- $where := printf "volumes[%d]" $at -}}
{{- with include "rota.partNameProblem" (list $volume $names $where) -}}
{{- printf "%s.name: %s\n" $where . -}}
{{- end -}}
{{- $sources := omit (include "rota.withoutNulls" $volume | fromJson) "name" | keys | sortAlpha -}}
{{- if gt (len $sources) 1 -}}
{{- printf "%s: has the sources %s; state one\n" $where (join " and " $sources) -}}
{{- end -}}
{{- end -}}
{{- include "rota.mountProblems" (dict "mounts" $values.volumeMounts "where" "volumeMounts" "volumes" $names "own" .own) -}}
{{- $containers := dict "rota" "the chart" -}}
{{- range $key := list "initContainers" "sidecars" -}}
{{- range $at, $container := get $values $key -}}
{{- $where := printf "%s[%d]" $key $at -}}
{{- with include "rota.partNameProblem" (list $container $containers $where) -}}
{{- printf "%s.name: %s\n" $where . -}}
{{- end -}}
{{- if not $container.image -}}
{{- printf "%s.image: not set; name the container's image\n" $where -}}
{{- end -}}
{{- include "rota.mountProblems" (dict "mounts" $container.volumeMounts "where" (printf "%s.volumeMounts" $where) "volumes" $names "own" dict) -}}
{{- end -}}
{{- end -}}
{{- range $at, $source := $values.envFrom -}}
{{- with include "rota.oneOf" (list (omit $source "prefix") "it") -}}
{{- printf "envFrom[%d]: %s, configMapRef or secretRef\n" $at . -}}
{{- else -}}
{{- range $kind, $reference := omit $source "prefix" -}}
{{- if and (kindIs "map" $reference) (not $reference.name) -}}
{{- printf "envFrom[%d].%s.name: not set; name what holds the environment\n" $at $kind -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $at, $secret := ($values.global | default dict).imagePullSecrets -}}
{{- if not (kindIs "string" $secret | ternary $secret (get (kindIs "map" $secret | ternary $secret dict) "name")) -}}
{{- printf "global.imagePullSecrets[%d]: not set; name the Secret\n" $at -}}
{{- end -}}
{{- end -}}
{{- range $at, $secret := ($values.image | default dict).pullSecrets -}}
{{- if not $secret.name -}}
{{- printf "image.pullSecrets[%d].name: not set; name the Secret\n" $at -}}
{{- end -}}
{{- end -}}
{{- range $probe := list "livenessProbe" "readinessProbe" "startupProbe" -}}
{{- range $handler := list "exec" "grpc" "httpGet" "tcpSocket" -}}
{{- if get (get ($values.scheduler | default dict) $probe | default dict) $handler -}}
{{- printf "scheduler.%s.%s: not allowed, since the chart asks rota's health endpoint; set its times only\n" $probe $handler -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
What is wrong with the name of a volume or container, or nothing. Takes a list: volume or container,
names seen before with their places (filled here), place.
*/}}
{{- define "rota.partNameProblem" -}}
{{- $name := (index . 0).name | default "" -}}
{{- $names := index . 1 -}}
{{- if or (gt (len $name) 63) (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $name)) -}}
{{- printf "%q is refused: use lower-case letters, digits and '-' between them, at most 63 characters" $name -}}
{{- else if hasKey $names $name -}}
{{- printf "%q is taken by %s; choose another name" $name (get $names $name) -}}
{{- else -}}
{{- $_ := set $names $name (index . 2) -}}
{{- end -}}
{{- end }}

{{/*
Problems of volume mounts, a line each. Takes: mounts, where, volumes (names), own (the paths that
the chart mounts in the same container, by volume).
*/}}
{{- define "rota.mountProblems" -}}
{{- $volumes := .volumes -}}
{{- $where := .where -}}
{{- $paths := dict -}}
{{- range $name, $path := .own -}}{{- $_ := set $paths $path "the chart" -}}{{- end -}}
{{- range $at, $mount := .mounts -}}
{{- $here := printf "%s[%d]" $where $at -}}
{{- if not (hasKey $volumes ($mount.name | default "")) -}}
{{- printf "%s.name: there is no volume %q; add it to volumes\n" $here ($mount.name | default "") -}}
{{- end -}}
{{- $path := $mount.mountPath | default "" -}}
{{- $path = trimSuffix "/" $path | default $path -}}
{{- if or (not (hasPrefix "/" $path)) (contains ":" $path) -}}
{{- printf "%s.mountPath: %q is refused: write an absolute path without ':'\n" $here $path -}}
{{- else if hasKey $paths $path -}}
{{- printf "%s.mountPath: %q is taken by %s; choose another path\n" $here $path (get $paths $path) -}}
{{- else -}}
{{- $_ := set $paths $path $here -}}
{{- end -}}
{{- end -}}
{{- end }}
