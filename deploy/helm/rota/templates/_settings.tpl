{{/*
Settings are lines of NAME=value in one text: an upgrade that fails cannot leave a single one behind.
The lines of one task are in _task_settings.tpl. As rota.kubernetes.manifests.config_map, byte for
byte.
*/}}

{{/*
The settings of a pod that runs tasks: what all pods share, and these tasks' own. Takes: root, tasks
(by name).
*/}}
{{- define "rota.settings" -}}
{{- include "rota.sharedSettings" .root }}
ROTA_ONLY={{ keys .tasks | sortAlpha | join "," }}
{{ range .tasks }}{{ .ownSettings }}{{ end }}
{{- end }}

{{/*
A text of several lines as a value in YAML, indented. Takes a list: text, number of spaces.
*/}}
{{- define "rota.block" -}}
{{- $text := first . -}}
{{- if regexMatch "[^\n -~]" $text -}}
{{- quote $text -}}
{{- else -}}
|{{ trimSuffix "\n" $text | nindent (last .) }}
{{- end -}}
{{- end }}

{{/*
What all pods share, except BUSINESS_API_URL, which is in their environment.
*/}}
{{- define "rota.sharedSettings" -}}
{{- if not (hasKey .Values "rotaSharedSettings") -}}
{{- $_ := set .Values "rotaSharedSettings" (include "rota.sharedSettingsText" .) -}}
{{- end -}}
{{- .Values.rotaSharedSettings -}}
{{- end }}

{{/*
The same, worked out: every task's pods need it.
*/}}
{{- define "rota.sharedSettingsText" -}}
ROTA_RELEASE={{ .Release.Name }}
ROTA_GRACE_SECONDS={{ int64 .Values.gracePeriodSeconds }}
{{- with include "rota.fileSettings" . }}
{{ . }}
{{- end }}
{{- with include "rota.extraSettings" . }}
{{ . }}
{{- end }}
{{- end }}

{{/*
A value as it is written after `=`.
*/}}
{{- define "rota.dotenvValue" -}}
{{- if regexMatch "^[A-Za-z0-9_./:,@%+-]*$" . -}}
{{- . -}}
{{- else -}}
{{- printf "'%s'" (. | replace "\\" "\\\\" | replace "'" "\\'") -}}
{{- end -}}
{{- end }}

{{/*
Settings that name mounted files.
*/}}
{{- define "rota.fileSettings" -}}
{{- $lines := list -}}
{{- with .Values.businessApi -}}
{{- if or .existingSecret .serviceAccountToken.enabled -}}
{{- $lines = append $lines "ROTA_API_TOKEN_FILE=/etc/rota/token/token" -}}
{{- end -}}
{{- if or .ca.existingSecret .ca.existingConfigMap -}}
{{- $lines = append $lines "ROTA_API_CA_FILE=/etc/rota/ca/ca.crt" -}}
{{- end -}}
{{- if .clientCertificate.existingSecret -}}
{{- $lines = append $lines "ROTA_API_CLIENT_CERT_FILE=/etc/rota/client-certificate/tls.crt" -}}
{{- $lines = append $lines "ROTA_API_CLIENT_KEY_FILE=/etc/rota/client-certificate/tls.key" -}}
{{- end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end }}

{{/*
values.tracing and values.settings.
*/}}
{{- define "rota.extraSettings" -}}
{{- $lines := list -}}
{{- with .Values.tracing -}}
{{- if .enabled -}}
{{- $lines = append $lines "ROTA_TRACES=true" -}}
{{- with .endpoint -}}
{{- $lines = append $lines (printf "OTEL_EXPORTER_OTLP_ENDPOINT=%s" (include "rota.dotenvValue" .)) -}}
{{- end -}}
{{- with .linkUrl -}}
{{- $lines = append $lines (printf "ROTA_TRACE_URL=%s" (include "rota.dotenvValue" .)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := .Values.settings -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $lines = append $lines (printf "%s=%s" $name (include "rota.text" $value | include "rota.dotenvValue")) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end }}
