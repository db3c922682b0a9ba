{{/*
The settings of every pod, in every mode: the ConfigMap's data. Everything about a task that a class
attribute could state is said here, so that the scheduler does what the CronJobs do.
Takes: root, tasks.
*/}}
{{- define "rota.settings" -}}
{{- $root := .root -}}
{{- $names := list -}}
{{- range .tasks -}}{{- $names = append $names .name -}}{{- end -}}
BUSINESS_API_URL: {{ include "rota.businessApiUrl" $root | quote }}
ROTA_RELEASE: {{ $root.Release.Name | quote }}
ROTA_ONLY: {{ join "," $names | quote }}
ROTA_GRACE_SECONDS: {{ int64 $root.Values.gracePeriodSeconds | quote }}
{{- with include "rota.fileSettings" $root }}
{{ . }}
{{- end }}
{{- with include "rota.extraSettings" $root }}
{{ . }}
{{- end }}
{{- range .tasks }}
{{- $prefix := printf "ROTA_TASK__%s__" (.name | replace "-" "_" | upper) }}
{{- if .seconds }}
{{ $prefix }}INTERVAL_SECONDS: {{ int64 .seconds | quote }}
{{- else }}
{{ $prefix }}SCHEDULE: {{ .schedule | quote }}
{{ $prefix }}TIMEZONE: {{ .timezone | quote }}
{{- end }}
{{ $prefix }}SPLAY_MINUTES: {{ int64 .splayMinutes | quote }}
{{ $prefix }}RUN_ON_START: {{ .runOnStart | quote }}
{{ $prefix }}TIMEOUT_SECONDS: {{ include "rota.text" .timeoutSeconds | quote }}
{{ $prefix }}OVERLAP: {{ .overlap | quote }}
{{- if hasKey . "catchUpSeconds" }}
{{ $prefix }}CATCH_UP_SECONDS: {{ int64 .catchUpSeconds | quote }}
{{- end }}
{{ $prefix }}BACKOFF_LIMIT: {{ int64 .backoffLimit | quote }}
{{ $prefix }}SHARDS: {{ int64 .shards | quote }}
{{ $prefix }}SUSPEND: {{ .suspend | quote }}
{{- end }}
{{- end }}

{{/*
Where the Business API is; the one value that has no default.
*/}}
{{- define "rota.businessApiUrl" -}}
{{- $url := .Values.businessApi.url -}}
{{- if not $url -}}
{{- fail "\n\nbusinessApi.url is not set: say where the Business API is, for example --set businessApi.url=http://shop-api:8000\n" -}}
{{- else if not (regexMatch "^https?://[^/?#@]+(/[^?#]*)?$" $url) -}}
{{- fail "\n\nbusinessApi.url is refused: it must be http:// or https://, a host, and perhaps a port and a path. A token goes into businessApi.existingSecret\n" -}}
{{- end -}}
{{- $url -}}
{{- end }}

{{/*
Settings that name mounted files.
*/}}
{{- define "rota.fileSettings" -}}
{{- $lines := list -}}
{{- with .Values.businessApi -}}
{{- if and .existingSecret .serviceAccountToken.enabled -}}
{{- fail "\n\nbusinessApi.existingSecret and businessApi.serviceAccountToken.enabled are both set: keep one\n" -}}
{{- end -}}
{{- if and .serviceAccountToken.enabled (not .serviceAccountToken.audience) -}}
{{- fail "\n\nbusinessApi.serviceAccountToken.audience is not set: name the audience that the Business API expects, so that the token is worth nothing elsewhere\n" -}}
{{- end -}}
{{- if and .ca.existingSecret .ca.existingConfigMap -}}
{{- fail "\n\nbusinessApi.ca.existingSecret and businessApi.ca.existingConfigMap are both set: keep one\n" -}}
{{- end -}}
{{- if or .existingSecret .serviceAccountToken.enabled -}}
{{- $lines = append $lines "ROTA_API_TOKEN_FILE: /etc/rota/token/token" -}}
{{- end -}}
{{- if or .ca.existingSecret .ca.existingConfigMap -}}
{{- $lines = append $lines "ROTA_API_CA_FILE: /etc/rota/ca/ca.crt" -}}
{{- end -}}
{{- if .clientCertificate.existingSecret -}}
{{- $lines = append $lines "ROTA_API_CLIENT_CERT_FILE: /etc/rota/client-certificate/tls.crt" -}}
{{- $lines = append $lines "ROTA_API_CLIENT_KEY_FILE: /etc/rota/client-certificate/tls.key" -}}
{{- end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end }}

{{/*
values.settings, less what would contradict the other values or show a secret.
*/}}
{{- define "rota.extraSettings" -}}
{{- $elsewhere := dict
  "BUSINESS_API_URL" "businessApi.url"
  "ROTA_RELEASE" "the release's name"
  "ROTA_ONLY" "tasks"
  "ROTA_GRACE_SECONDS" "gracePeriodSeconds"
  "ROTA_API_TOKEN" "businessApi.existingSecret"
  "ROTA_API_TOKEN_FILE" "businessApi.existingSecret or businessApi.serviceAccountToken"
  "ROTA_API_CA_FILE" "businessApi.ca"
  "ROTA_API_CLIENT_CERT_FILE" "businessApi.clientCertificate"
  "ROTA_API_CLIENT_KEY_FILE" "businessApi.clientCertificate"
  "ROTA_HEALTH_ADDRESS" "scheduler.healthHost"
  "ROTA_STATE_PATH" "state"
  "ROTA_CRONJOB_NAME" "the chart"
  "ROTA_JOB_NAME" "the chart"
  "ROTA_JOB_UID" "the chart"
  "ROTA_JOB_ATTEMPT" "the chart"
-}}
{{- range $name, $_ := .Values.settings -}}
{{- if hasPrefix "ROTA_TASK__" $name -}}
{{- fail (printf "\n\nsettings.%s is refused: a task's fields are set in tasks, which makes its CronJob too\n" $name) -}}
{{- else if hasKey $elsewhere $name -}}
{{- fail (printf "\n\nsettings.%s is refused: it comes from %s\n" $name (get $elsewhere $name)) -}}
{{- end -}}
{{- end -}}
{{- include "rota.texts" .Values.settings -}}
{{- end }}
