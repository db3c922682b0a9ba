{{/*
The console: what its objects share. It has a ServiceAccount of its own, since no other pod may read
anything, and gets no credentials of the Business API, of which it asks nothing.
*/}}

{{/*
Whether the release has a console: "true" or nothing.
*/}}
{{- define "rota.hasConsole" -}}
{{- if (.Values.console | default dict).enabled -}}true{{- end -}}
{{- end }}

{{/*
Whether the pages can be reached from outside of the pod: "true" or nothing.
*/}}
{{- define "rota.consoleIsOpen" -}}
{{- if ne .Values.console.access.mode "loopback" -}}true{{- end -}}
{{- end }}

{{/*
Name of the console's ServiceAccount.
*/}}
{{- define "rota.consoleAccount" -}}
{{- .Values.console.serviceAccount.name | default (printf "%s-console" .Values.rotaShared.fullname) -}}
{{- end }}

{{/*
The labels that select the console's pod, as JSON.
*/}}
{{- define "rota.consoleSelector" -}}
{{- set (omit .Values.rotaShared.selector "") "app.kubernetes.io/component" "console" | toJson -}}
{{- end }}

{{/*
An object of the console in YAML. Takes: root, object (all but its metadata), and perhaps name,
annotations (a list of maps).
*/}}
{{- define "rota.printConsole" -}}
{{- $name := .name | default (printf "%s-console" .root.Values.rotaShared.fullname) -}}
{{- $metadata := dict "root" .root "name" $name "component" "console" "annotations" .annotations -}}
{{- include "rota.metadata" $metadata -}}
{{- $object := set (omit .object "") "metadata" $metadata.result -}}
{{- if eq $object.kind "Deployment" -}}
{{- include "rota.printReset" (dict "root" .root "object" $object) -}}
{{- else -}}
{{- include "rota.print" (dict "object" $object) -}}
{{- end -}}
{{- end }}

{{/*
Makes the pod template of the console. Takes: root.
*/}}
{{- define "rota.consolePod" -}}
{{- $root := .root -}}
{{- $console := $root.Values.console -}}
{{- $container := dict "ports" (list (dict "name" "health" "containerPort" 8080) (dict "name" "web" "containerPort" 8081)) -}}
{{- include "rota.addProbes" (list $container $console) -}}
{{- $files := list -}}
{{- with $console.access.existingSecret -}}
{{- $items := list (dict "key" $console.access.existingSecretKey "path" "web/access" "mode" 0o440) -}}
{{- $files = append $files (dict "secret" (dict "name" . "items" $items)) -}}
{{- end -}}
{{- /* Of its own pod: the label by which it finds what it watches. */ -}}
{{- $pod := dict
  "root" $root
  "component" "console"
  "args" (list "console")
  "own" (set (omit $console "serviceAccount") "serviceAccountName" (include "rota.consoleAccount" $root))
  "container" $container
  "env" (list
    (dict "name" "ROTA_SETTINGS" "value" (include "rota.consoleSettings" $root))
    (include "rota.fieldEnv" (list "ROTA_INSTANCE" "metadata.labels['app.kubernetes.io/instance']") | fromJson)
  )
  "files" $files
  "annotations" (list $console.podAnnotations)
  "mounts" (list (dict "name" "state" "mountPath" "/var/lib/rota"))
  "volumes" (list (include "rota.stateVolume" (list $console.persistence $console.sizeLimit (printf "%s-console" $root.Values.rotaShared.fullname)) | fromJson))
-}}
{{- $_ := set $pod.own "automountServiceAccountToken" true -}}
{{- include "rota.podTemplate" $pod -}}
{{- $_ := set . "result" $pod.result -}}
{{- end }}

{{/*
The settings of the console's pod. It needs no task's: it reads all about them off the CronJobs.
*/}}
{{- define "rota.consoleSettings" -}}
{{- $console := .Values.console -}}
{{- $access := $console.access -}}
{{- $host := ternary $console.host "127.0.0.1" (not (empty (include "rota.consoleIsOpen" .))) -}}
ROTA_RELEASE={{ .Release.Name }}
ROTA_GRACE_SECONDS={{ int64 .Values.gracePeriodSeconds }}
{{- with include "rota.extraSettings" . }}
{{ . }}
{{- end }}
ROTA_STATE_PATH=/var/lib/rota/state.sqlite3
ROTA_HEALTH_ADDRESS={{ printf "%s:8080" $console.host | include "rota.dotenvValue" }}
ROTA_WEB_ADDRESS={{ printf "%s:8081" $host | include "rota.dotenvValue" }}
ROTA_WEB_ACCESS={{ $access.mode }}
{{- if $access.existingSecret }}
ROTA_WEB_SECRET_FILE=/etc/rota/web/access
{{- end }}
{{- with $access.proxies }}
ROTA_WEB_PROXIES={{ join "," . }}
{{- end }}
{{- with $access.userHeader }}
ROTA_WEB_USER_HEADER={{ . }}
{{- end }}
{{- with include "rota.consoleHosts" . | fromJsonArray }}
ROTA_WEB_HOSTS={{ join "," . }}
{{- end }}
{{ end }}

{{/*
The names under which the console is reached, as JSON.
*/}}
{{- define "rota.consoleHosts" -}}
{{- $console := .Values.console -}}
{{- $hosts := $console.hosts | default list -}}
{{- if $console.ingress.enabled -}}
{{- range $console.ingress.hosts -}}{{- $hosts = append $hosts .host -}}{{- end -}}
{{- end -}}
{{- if $console.httpRoute.enabled -}}{{- $hosts = concat $hosts $console.httpRoute.hostnames -}}{{- end -}}
{{- uniq $hosts | toJson -}}
{{- end }}
