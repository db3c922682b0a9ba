{{/*
In an upgrade, keys that come and go with values are null where they are not set, in objects that are
changed in place. Helm 3 compares an upgrade with the last revision that was deployed: what only a revision
that failed had set would stay for ever, such as a startingDeadlineSeconds with `@every`, with which
a task never fires. A null takes it away, and the API server stores none. `suspend` is not among them:
what somebody has suspended by hand stays so. An installation finds nothing to take away, and would be
read, sent and stored with a sixth more in each object.
*/}}

{{/*
An object in YAML, in an upgrade with such keys. Takes: root, object (a CronJob or a Deployment).
*/}}
{{- define "rota.printReset" -}}
{{- $object := .object -}}
{{- include "rota.withoutGaps" $object -}}
{{- if .root.Release.IsUpgrade -}}{{- include "rota.resetObject" $object -}}{{- end -}}
{{- toYaml $object -}}
{{- end }}

{{/*
Sets the keys that come and go to null where a CronJob or a Deployment lacks them.
*/}}
{{- define "rota.resetObject" -}}
{{- $object := . -}}
{{- $spec := $object.spec -}}
{{- if eq $object.kind "CronJob" -}}
{{- include "rota.reset" (list $spec "startingDeadlineSeconds" "successfulJobsHistoryLimit" "failedJobsHistoryLimit") -}}
{{- $spec = $spec.jobTemplate.spec -}}
{{- include "rota.reset" (list $spec "backoffLimit" "backoffLimitPerIndex" "completionMode" "completions" "maxFailedIndexes" "parallelism" "ttlSecondsAfterFinished") -}}
{{- end -}}
{{- $pod := $spec.template.spec -}}
{{- include "rota.reset" (list $pod "affinity" "dnsConfig" "hostAliases" "imagePullSecrets" "initContainers" "nodeSelector" "priorityClassName" "runtimeClassName" "securityContext" "tolerations" "topologySpreadConstraints") -}}
{{- range $pod.containers -}}
{{- include "rota.reset" (list . "envFrom" "livenessProbe" "readinessProbe" "resources" "securityContext" "startupProbe") -}}
{{- end -}}
{{- end }}

{{/*
Sets keys to null that a map lacks. Takes a list: the map, then the keys.
*/}}
{{- define "rota.reset" -}}
{{- $map := first . -}}
{{- range rest . -}}
{{- if not (hasKey $map .) -}}{{- $_ := set $map . nil -}}{{- end -}}
{{- end -}}
{{- end }}
