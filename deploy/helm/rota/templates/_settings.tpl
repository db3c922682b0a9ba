{{/*
Settings are lines of NAME=value in one text: an upgrade that fails cannot leave a single one behind.
Everything about a task that a class attribute could state is said, so that the scheduler does what
the CronJobs do. As rota.manifests.config_map, byte for byte.
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
The lines of one task.
*/}}
{{- define "rota.ownSettings" -}}
{{- $prefix := printf "ROTA_TASK__%s__" (.name | replace "-" "_" | upper) -}}
{{- $schedule := "" -}}
{{- if .seconds -}}
{{- $schedule = printf "INTERVAL_SECONDS=%d" .seconds -}}
{{- else -}}
{{- $schedule = printf "SCHEDULE=%s\n%sTIMEZONE=%s" (include "rota.dotenvValue" .schedule) $prefix (include "rota.dotenvValue" .timezone) -}}
{{- end -}}
{{- $catchUp := "" -}}
{{- if hasKey . "catchUpSeconds" -}}{{- $catchUp = printf "%sCATCH_UP_SECONDS=%d\n" $prefix .catchUpSeconds -}}{{- end -}}
{{- printf "%[1]s%[2]s\n%[1]sSPLAY_MINUTES=%[3]d\n%[1]sRUN_ON_START=%[4]t\n%[1]sTIMEOUT_SECONDS=%[5]v\n%[1]sOVERLAP=%[6]s\n%[7]s%[1]sBACKOFF_LIMIT=%[8]d\n%[1]sSHARDS=%[9]d\n%[1]sSUSPEND=%[10]t\n" $prefix $schedule (int64 .splayMinutes) .runOnStart (include "rota.text" .timeoutSeconds) .overlap $catchUp (int64 .backoffLimit) (int64 .shards) .suspend -}}
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
What all pods share, but for BUSINESS_API_URL, which stands in their environment.
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
A value as it stands behind `=`.
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
values.settings.
*/}}
{{- define "rota.extraSettings" -}}
{{- $lines := list -}}
{{- range $name, $value := .Values.settings -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $lines = append $lines (printf "%s=%s" $name (include "rota.text" $value | include "rota.dotenvValue")) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end }}
