{{/*
Makes the pod template of the scheduler. Takes: root.
*/}}
{{- define "rota.schedulerPod" -}}
{{- $root := .root -}}
{{- $scheduler := $root.Values.scheduler -}}
{{- $tasks := $root.Values.rotaTasks -}}
{{- $own := dict -}}
{{- range $tasks -}}
{{- if eq .runner "scheduler" -}}{{- $_ := set $own .name true -}}{{- end -}}
{{- end -}}
{{- $settings := list
  (printf "ROTA_HEALTH_ADDRESS=%s" (printf "%s:8080" $scheduler.healthHost | include "rota.dotenvValue"))
  "ROTA_STATE_PATH=/var/lib/rota/state.sqlite3"
-}}
{{- if ne (len $own) (len $tasks) -}}
{{- $settings = append $settings (printf "ROTA_ONLY=%s" (keys $own | sortAlpha | join ",")) -}}
{{- end -}}
{{- $container := dict "ports" (list (dict "name" "health" "containerPort" 8080)) -}}
{{- range $name, $path := dict "livenessProbe" "/livez" "readinessProbe" "/readyz" "startupProbe" "/livez" -}}
{{- with get $scheduler $name -}}
{{- $_ := set $container $name (set (omit . "") "httpGet" (dict "path" $path "port" "health")) -}}
{{- end -}}
{{- end -}}
{{- $checksum := include "rota.settings" (dict "root" $root "tasks" $tasks) | sha256sum -}}
{{- $pod := dict
  "root" $root
  "component" "scheduler"
  "args" (list "scheduler")
  "own" $scheduler
  "container" $container
  "env" (list
    (dict "name" "ROTA_SETTINGS" "value" (printf "%s\n" (join "\n" $settings)))
    (dict "name" "ROTA_SETTINGS_FILE" "value" "/etc/rota/settings.env")
  )
  "settingsFile" true
  "annotations" (list $scheduler.podAnnotations (dict "checksum/settings" $checksum))
  "mounts" (list (dict "name" "state" "mountPath" "/var/lib/rota"))
  "volumes" (list (include "rota.stateVolume" $root | fromJson))
-}}
{{- include "rota.podTemplate" $pod -}}
{{- $_ := set . "result" $pod.result -}}
{{- end }}

{{/*
The volume of the scheduler's state, as JSON.
*/}}
{{- define "rota.stateVolume" -}}
{{- $state := .Values.state -}}
{{- with $state.persistence -}}
{{- if .enabled -}}
{{- $claim := .existingClaim | default (printf "%s-state" $.Values.rotaShared.fullname) -}}
{{- dict "name" "state" "persistentVolumeClaim" (dict "claimName" $claim) | toJson -}}
{{- else -}}
{{- dict "name" "state" "emptyDir" (dict "sizeLimit" $state.sizeLimit) | toJson -}}
{{- end -}}
{{- end -}}
{{- end }}
