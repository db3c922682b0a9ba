{{/*
Written by `make generate` from rota.model.task_fields.
*/}}

{{/*
What every task has that states nothing else, as JSON.
*/}}
{{- define "rota.fieldDefaults" -}}
{"splayMinutes": 0, "runOnStart": false, "overlap": "forbid", "catchUpSeconds": 3600, "catchUp": "latest", "backoffLimit": 2, "shards": 1, "enabled": true, "suspend": false}
{{- end }}

{{/*
The lines of one task. Everything about it that a class attribute could state is set, so that the
scheduler does what the CronJobs do. As rota.kubernetes.manifests.config_map, byte for byte.
*/}}
{{- define "rota.ownSettings" -}}
{{- $prefix := printf "ROTA_TASK__%s__" (.name | replace "-" "_" | upper) -}}
{{- $schedule := "" -}}
{{- if .seconds -}}
{{- $schedule = printf "INTERVAL_SECONDS=%d" .seconds -}}
{{- else -}}
{{- $schedule = printf "SCHEDULE=%s\n%sTIMEZONE=%s" (include "rota.dotenvValue" .schedule) $prefix (include "rota.dotenvValue" .timezone) -}}
{{- end -}}
{{- $catchUpSeconds := "" -}}
{{- if hasKey . "catchUpSeconds" -}}{{- $catchUpSeconds = printf "%sCATCH_UP_SECONDS=%d\n" $prefix (int64 .catchUpSeconds) -}}{{- end -}}
{{- printf "%[1]s%[2]s\n%[1]sSPLAY_MINUTES=%[3]d\n%[1]sRUN_ON_START=%[4]t\n%[1]sTIMEOUT_SECONDS=%[5]v\n%[1]sOVERLAP=%[6]s\n%[7]s%[1]sCATCH_UP=%[8]s\n%[1]sBACKOFF_LIMIT=%[9]d\n%[1]sSHARDS=%[10]d\n%[1]sSUSPEND=%[11]t\n" $prefix $schedule (int64 .splayMinutes) .runOnStart (include "rota.text" .timeoutSeconds) .overlap $catchUpSeconds .catchUp (int64 .backoffLimit) (int64 .shards) .suspend -}}
{{- end }}
