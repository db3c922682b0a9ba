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
  "files" (include "rota.webFiles" $console | fromJsonArray)
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
ROTA_RELEASE={{ .Release.Name }}
ROTA_GRACE_SECONDS={{ int64 .Values.gracePeriodSeconds }}
{{- with include "rota.extraSettings" . }}
{{ . }}
{{- end }}
ROTA_STATE_PATH=/var/lib/rota/state.sqlite3
ROTA_HEALTH_ADDRESS={{ printf "%s:8080" $console.host | include "rota.dotenvValue" }}
{{ include "rota.webSettings" (list $console $console.host) }}
{{ end }}
