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
{{- $ports := list (dict "name" "health" "containerPort" 8080) -}}
{{- $files := list -}}
{{- if include "rota.hasPages" $root -}}
{{- $settings = append $settings (include "rota.webSettings" (list $scheduler.pages $scheduler.healthHost)) -}}
{{- if $scheduler.pages.actions -}}{{- $settings = append $settings "ROTA_WEB_ACTIONS=true" -}}{{- end -}}
{{- $ports = append $ports (dict "name" "web" "containerPort" 8081) -}}
{{- $files = include "rota.webFiles" $scheduler.pages | fromJsonArray -}}
{{- end -}}
{{- if ne (len $own) (len $tasks) -}}
{{- $settings = append $settings (printf "ROTA_ONLY=%s" (keys $own | sortAlpha | join ",")) -}}
{{- end -}}
{{- $container := dict "ports" $ports -}}
{{- include "rota.addProbes" (list $container $scheduler) -}}
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
  "moreFiles" $files
  "annotations" (list $scheduler.podAnnotations (dict "checksum/settings" $checksum))
  "mounts" (list (dict "name" "state" "mountPath" "/var/lib/rota"))
  "volumes" (list (include "rota.stateVolume" (list $root.Values.state.persistence $root.Values.state.sizeLimit (printf "%s-state" $root.Values.rotaShared.fullname)) | fromJson))
-}}
{{- include "rota.podTemplate" $pod -}}
{{- $_ := set . "result" $pod.result -}}
{{- end }}

{{/*
Adds the probes of the port `health` to a container. Takes a list: the container, values with the
times of each.
*/}}
{{- define "rota.addProbes" -}}
{{- $container := first . -}}
{{- $times := last . -}}
{{- range $name, $path := dict "livenessProbe" "/livez" "readinessProbe" "/readyz" "startupProbe" "/livez" -}}
{{- with get $times $name -}}
{{- $_ := set $container $name (set (omit . "") "httpGet" (dict "path" $path "port" "health")) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The volume of a ledger, as JSON. Takes a list: persistence, the size limit of an emptyDir, the name of
the chart's claim.
*/}}
{{- define "rota.stateVolume" -}}
{{- with index . 0 -}}
{{- if .enabled -}}
{{- dict "name" "state" "persistentVolumeClaim" (dict "claimName" (.existingClaim | default (index $ 2))) | toJson -}}
{{- else -}}
{{- dict "name" "state" "emptyDir" (dict "sizeLimit" (index $ 1)) | toJson -}}
{{- end -}}
{{- end -}}
{{- end }}
