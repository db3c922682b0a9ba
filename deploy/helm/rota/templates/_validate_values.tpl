{{/*
Values that must not be null, one per line. Takes: values, facts.
*/}}
{{- define "rota.missingProblems" -}}
{{- $values := .values -}}
{{- range $path := .facts.required -}}
{{- $value := $values -}}
{{- range splitList "." $path -}}
{{- $value = index (ternary $value (dict) (kindIs "map" $value)) . -}}
{{- end -}}
{{- if or (kindIs "invalid" $value) (eq (toString $value) "") (eq (toString $value) "[]") -}}
{{- printf "%s: is null or empty; leave it out to get the chart's default\n" $path -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of single values, one per line: strings of a wrong form, maps of strings, fragments of
Kubernetes' API, settings. Takes: values, facts.
*/}}
{{- define "rota.valueProblems" -}}
{{- $values := .values -}}
{{- $facts := .facts -}}
{{- range $path, $form := $facts.forms -}}
{{- if not (hasPrefix "taskDefaults." $path) -}}
{{- $value := $values -}}
{{- range splitList "." $path -}}
{{- $value = index (ternary $value (dict) (kindIs "map" $value)) . -}}
{{- end -}}
{{- if and (eq $form "url") (kindIs "invalid" $value) -}}
{{- $value = "" -}}
{{- end -}}
{{- if or $value (eq $form "url") (kindIs "float64" $value) (kindIs "int64" $value) (kindIs "bool" $value) -}}
{{- with include "rota.formProblem" (list $form $value) -}}
{{- printf "%s: %s\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $kind := $facts.texts -}}
{{- if not (hasPrefix "taskDefaults." $path) -}}
{{- $value := $values -}}
{{- range splitList "." $path -}}
{{- $value = index (ternary $value (dict) (kindIs "map" $value)) . -}}
{{- end -}}
{{- include "rota.textsProblems" (list $path $kind $value $facts) -}}
{{- end -}}
{{- end -}}
{{- range $path, $spec := $facts.fragments -}}
{{- if not (hasPrefix "taskDefaults." $path) -}}
{{- $value := $values -}}
{{- range splitList "." $path -}}
{{- $value = index (ternary $value (dict) (kindIs "map" $value)) . -}}
{{- end -}}
{{- if $value -}}
{{- include "rota.partProblems" (list $path $spec $value $facts) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $places := include "rota.settingPlaces" . | fromJson -}}
{{- range $name, $value := $values.settings -}}
{{- if hasPrefix "ROTA_TASK__" $name -}}
{{- printf "settings.%s: not allowed; set a task's fields in tasks, which also sets its CronJob\n" $name -}}
{{- else if hasKey $places $name -}}
{{- printf "settings.%s: not allowed, since it comes from %s\n" $name (get $places $name) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- with include "rota.settingProblem" (list (get $facts.settings $name) $value) -}}
{{- printf "settings.%s: %s\n" $name . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Settings that are not set in `settings`, and where they come from, as JSON.
*/}}
{{- define "rota.settingPlaces" -}}
{{- dict
  "BUSINESS_API_URL" "businessApi.url"
  "TASK_INTERVAL_SECONDS" "taskDefaults.intervalSeconds"
  "ROTA_RELEASE" "the release's name"
  "ROTA_NAMESPACE" "the chart"
  "ROTA_INSTANCE" "the chart"
  "ROTA_ONLY" "tasks"
  "ROTA_GRACE_SECONDS" "gracePeriodSeconds"
  "ROTA_API_TOKEN" "businessApi.existingSecret"
  "ROTA_API_TOKEN_FILE" "businessApi.existingSecret or businessApi.serviceAccountToken"
  "ROTA_API_CA_FILE" "businessApi.ca"
  "ROTA_API_CLIENT_CERT_FILE" "businessApi.clientCertificate"
  "ROTA_API_CLIENT_KEY_FILE" "businessApi.clientCertificate"
  "ROTA_PING_URL" "env or envFrom, by a Secret"
  "OTEL_EXPORTER_OTLP_HEADERS" "env or envFrom, by a Secret"
  "OTEL_EXPORTER_OTLP_TRACES_HEADERS" "env or envFrom, by a Secret"
  "ROTA_TRACES" "tracing.enabled"
  "OTEL_EXPORTER_OTLP_ENDPOINT" "tracing.endpoint"
  "ROTA_TRACE_URL" "tracing.linkUrl"
  "ROTA_HEALTH_ADDRESS" "scheduler.healthHost"
  "ROTA_STATE_PATH" "state"
  "ROTA_CRONJOB_NAME" "the chart"
  "ROTA_JOB_NAME" "the chart"
  "ROTA_JOB_UID" "the chart"
  "ROTA_JOB_ATTEMPT" "the chart"
  "ROTA_SETTINGS" "the chart"
  "ROTA_SETTINGS_FILE" "the chart"
  "JOB_COMPLETION_INDEX" "Kubernetes"
| toJson -}}
{{- end }}

{{/*
The problem of the value of a setting, or nothing; never repeats the value. Takes a list: its keywords
(as in rota.facts), value.
*/}}
{{- define "rota.settingProblem" -}}
{{- $keywords := index . 0 -}}
{{- $value := index . 1 -}}
{{- $text := include "rota.text" $value -}}
{{- $type := $keywords.type | default "string" -}}
{{- if and (kindIs "string" $value) (contains "{{" $value) -}}
templates in values are not rendered; write the value itself
{{- else if eq $type "boolean" -}}
{{- if not (regexMatch "^(?i:true|false|yes|no|on|off|[01tfyn])$" $text) -}}
must be true or false
{{- end -}}
{{- else if has $type (list "integer" "number") -}}
{{- $whole := regexMatch "^[+-]?[0-9]{1,15}$" $text -}}
{{- $number := float64 $text -}}
{{- if not (or $whole (and (eq $type "number") (regexMatch "^[+-]?[0-9]{1,15}\\.[0-9]+$" $text))) -}}
{{- printf "must be a %snumber%s" (ternary "whole " "" (eq $type "integer")) (include "rota.bounds" $keywords) -}}
{{- else if or (gt $number $keywords.maximum) (lt $number ($keywords.minimum | default 0.0)) (and (hasKey $keywords "exclusiveMinimum") (le $number $keywords.exclusiveMinimum)) -}}
{{- printf "must be a number%s" (include "rota.bounds" $keywords) -}}
{{- end -}}
{{- else if not (kindIs "string" $value) -}}
is read as a number or boolean, but a string is needed: quote it
{{- else if $keywords.imported -}}
{{- if not (regexMatch "^\\s*([^\\s:,]+:[^\\s:,]+\\s*,?\\s*)*$" $value) -}}
must be module:attribute, for example shop.tasks:SendBills
{{- end -}}
{{- else if $keywords.enum -}}
{{- $known := list -}}
{{- range $keywords.enum -}}{{- $known = append $known (lower .) -}}{{- end -}}
{{- if not (has (trim $value | lower) $known) -}}
{{- printf "must be one of %s" (join ", " $known) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The bounds of a number in words. Takes keywords.
*/}}
{{- define "rota.bounds" -}}
{{- if hasKey . "exclusiveMinimum" -}}
{{- printf " above %s, at most %s" (include "rota.text" .exclusiveMinimum) (include "rota.text" .maximum) -}}
{{- else -}}
{{- printf " from %s to %s" (include "rota.text" .minimum) (include "rota.text" .maximum) -}}
{{- end -}}
{{- end }}

{{/*
Problems of a map of strings, one per line. Takes a list: path, kind (labels, annotations, environment),
map, facts.
*/}}
{{- define "rota.textsProblems" -}}
{{- $path := index . 0 -}}
{{- $kind := index . 1 -}}
{{- $facts := index . 3 -}}
{{- range $name, $value := index . 2 -}}
{{- $problem := "" -}}
{{- if eq $kind "environment" -}}
{{- $problem = include "rota.environmentProblem" (list $name $value $facts) -}}
{{- if kindIs "map" $value -}}
{{- include "rota.partProblems" (list (printf "%s.%s.valueFrom" $path $name) "@EnvVarSource" ($value.valueFrom | default dict) $facts) -}}
{{- end -}}
{{- else if or (gt (len $name) 317) (regexMatch "^[^/]{254}" (splitList "/" $name | initial | join "/")) (not (regexMatch "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" $name)) -}}
{{- $problem = printf "is not a valid key of %s: use letters, digits, '-', '_' and '.', at most 63 characters, optionally after a prefix such as example.com/" $kind -}}
{{- end -}}
{{- if and (kindIs "float64" $value) (not $problem) -}}
{{- if or (ne (floor $value) $value) (gt $value 9007199254740992.0) (lt $value -9007199254740992.0) -}}
{{- $problem = "is read as a number, which may differ from what was written: quote it" -}}
{{- end -}}
{{- else if and (eq $kind "labels") (not (kindIs "invalid" $value)) (not $problem) -}}
{{- if not (regexMatch "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$" (toString $value)) -}}
{{- $problem = printf "%q is not a valid label value: use letters, digits, '-', '_' and '.', at most 63 characters" (toString $value) -}}
{{- end -}}
{{- end -}}
{{- if $problem -}}
{{- printf "%s.%s: %s\n" $path $name $problem -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The problem of an environment variable, or nothing; never repeats its value. What `settings` refuses
is refused here too. Takes a list: name, value, facts.
*/}}
{{- define "rota.environmentProblem" -}}
{{- $name := index . 0 -}}
{{- $value := index . 1 -}}
{{- $settings := (index . 2).settings -}}
{{- $upper := upper $name -}}
{{- if not (regexMatch "^[A-Za-z_][A-Za-z0-9_]*$" $name) -}}
is not the name of a variable: use letters, digits and '_', not beginning with a digit
{{- else if or (hasPrefix "ROTA_" $upper) (hasKey $settings $upper) -}}
{{- $places := include "rota.settingPlaces" . | fromJson -}}
{{- if hasPrefix "ROTA_TASK__" $upper -}}
not allowed; set a task's fields in tasks, which also sets its CronJob
{{- else if hasPrefix "env or" (get $places $upper) -}}
{{- if not (or (kindIs "map" $value) (kindIs "invalid" $value)) -}}
is a secret, which everybody can read here; set valueFrom with a secretKeyRef
{{- end -}}
{{- else if hasKey $places $upper -}}
{{- printf "not allowed, since it comes from %s" (get $places $upper) -}}
{{- else if not (hasKey $settings $upper) -}}
not allowed, since rota has no setting of this name and would end with exit code 2; see docs/settings.md
{{- else if not (or (kindIs "map" $value) (kindIs "invalid" $value)) -}}
{{- include "rota.settingProblem" (list (get $settings $upper) $value) -}}
{{- end -}}
{{- end -}}
{{- end }}
