{{/*
The pod template of every kind. Takes: root; component (task, scheduler or check); args; and perhaps
  labels, annotations   beside those of all pods
  env                   of rota's container, before values.env, as a list
  extraEnv              by name, over values.env
  ports, probes         of rota's container, as maps in a container's own form
  volumes, mounts       beside those of all pods, as lists
  restartPolicy         for a Job's pods
  resources, nodeSelector, tolerations, affinity, priorityClassName
*/}}
{{- define "rota.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $annotations := include "rota.joined" (list $values.podAnnotations .annotations) | fromJson -}}
metadata:
  labels:
    {{- include "rota.selectorLabels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with include "rota.joined" (list $values.podLabels .labels) | fromJson | include "rota.texts" }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- with include "rota.texts" $annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "rota.serviceAccountName" $root | quote }}
  automountServiceAccountToken: false
  {{- /* A Service called rota would put ROTA_PORT and the like into the environment. */}}
  enableServiceLinks: false
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ include "rota.terminationGrace" $root }}
  {{- with .priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "rota.withoutNulls" $values.podSecurityContext | fromJson }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "rota.initContainers" $values }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: rota
      image: {{ include "rota.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: {{ toJson .args }}
      envFrom:
        - configMapRef:
            name: {{ include "rota.fullname" $root }}
        {{- with $values.envFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "rota.env" . }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      {{- with .ports }}
      ports:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .probes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with .resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "rota.withoutNulls" $values.securityContext | fromJson }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- /* Where a process was killed before it could say how it ended. */}}
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        {{- $mounts := include "rota.apiMounts" $values | fromJsonArray }}
        {{- toYaml (concat (.mounts | default list) $mounts ($values.volumeMounts | default list)) | nindent 8 }}
  volumes:
    {{- $volumes := include "rota.apiVolumes" $values | fromJsonArray }}
    {{- toYaml (concat (.volumes | default list) $volumes ($values.volumes | default list)) | nindent 4 }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- include "rota.texts" . | nindent 4 }}
  {{- end }}
  {{- with .affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/*
terminationGracePeriodSeconds: rota's own grace, and time to cancel and to leave in order.
*/}}
{{- define "rota.terminationGrace" -}}
{{- add (int64 .Values.gracePeriodSeconds) 5 -}}
{{- end }}

{{/*
Environment of rota's container: what the chart sets, then values by name.
*/}}
{{- define "rota.env" -}}
{{- $env := .env | default list -}}
{{- range $name, $value := include "rota.joined" (list .root.Values.env .extraEnv) | fromJson -}}
{{- if kindIs "map" $value -}}
{{- $env = append $env (dict "name" $name "valueFrom" $value.valueFrom) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $env = append $env (dict "name" $name "value" (include "rota.text" $value)) -}}
{{- end -}}
{{- end -}}
{{- if $env -}}
{{- toYaml $env -}}
{{- end -}}
{{- end }}

{{/*
Init containers: those of values, then sidecars as native ones. Takes values.
*/}}
{{- define "rota.initContainers" -}}
{{- $containers := list -}}
{{- $secure := dict "securityContext" (include "rota.withoutNulls" .securityContext | fromJson) -}}
{{- range .initContainers -}}
{{- $containers = append $containers (include "rota.joined" (list $secure .) | fromJson) -}}
{{- end -}}
{{- range .sidecars -}}
{{- $containers = append $containers (include "rota.joined" (list $secure . (dict "restartPolicy" "Always")) | fromJson) -}}
{{- end -}}
{{- if $containers -}}
{{- toYaml $containers -}}
{{- end -}}
{{- end }}

{{/*
Mounts of rota's container in every pod, as JSON. Takes values.
*/}}
{{- define "rota.apiMounts" -}}
{{- $mounts := list (dict "name" "tmp" "mountPath" "/tmp") -}}
{{- range $volume := include "rota.apiVolumes" . | fromJsonArray -}}
{{- if ne $volume.name "tmp" -}}
{{- $path := printf "/etc/rota/%s" (trimPrefix "business-api-" $volume.name) -}}
{{- $mounts = append $mounts (dict "name" $volume.name "mountPath" $path "readOnly" true) -}}
{{- end -}}
{{- end -}}
{{- toJson $mounts -}}
{{- end }}

{{/*
Volumes of every pod, as JSON: /tmp, since the root is read-only, and what is used to get through to
the Business API. Mounted as whole volumes, so that a changed Secret arrives. Takes values.
*/}}
{{- define "rota.apiVolumes" -}}
{{- $volumes := list (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "16Mi")) -}}
{{- with .businessApi -}}
{{- if .existingSecret -}}
{{- $items := list (dict "key" .existingSecretKey "path" "token") -}}
{{- $volumes = append $volumes (dict "name" "business-api-token" "secret" (dict "secretName" .existingSecret "defaultMode" 0o440 "items" $items)) -}}
{{- else if .serviceAccountToken.enabled -}}
{{- $token := dict "path" "token" "audience" .serviceAccountToken.audience "expirationSeconds" (int64 .serviceAccountToken.expirationSeconds) -}}
{{- $volumes = append $volumes (dict "name" "business-api-token" "projected" (dict "defaultMode" 0o440 "sources" (list (dict "serviceAccountToken" $token)))) -}}
{{- end -}}
{{- $bundle := list (dict "key" .ca.key "path" "ca.crt") -}}
{{- if .ca.existingSecret -}}
{{- $volumes = append $volumes (dict "name" "business-api-ca" "secret" (dict "secretName" .ca.existingSecret "items" $bundle)) -}}
{{- else if .ca.existingConfigMap -}}
{{- $volumes = append $volumes (dict "name" "business-api-ca" "configMap" (dict "name" .ca.existingConfigMap "items" $bundle)) -}}
{{- end -}}
{{- if .clientCertificate.existingSecret -}}
{{- $items := list (dict "key" .clientCertificate.certificateKey "path" "tls.crt") (dict "key" .clientCertificate.privateKeyKey "path" "tls.key") -}}
{{- $volumes = append $volumes (dict "name" "business-api-client-certificate" "secret" (dict "secretName" .clientCertificate.existingSecret "defaultMode" 0o440 "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- toJson $volumes -}}
{{- end }}

{{/*
The volume of the scheduler's state, as JSON.
*/}}
{{- define "rota.stateVolume" -}}
{{- with .Values.state.persistence -}}
{{- if .enabled -}}
{{- $claim := .existingClaim | default (printf "%s-state" (include "rota.fullname" $)) -}}
{{- dict "name" "state" "persistentVolumeClaim" (dict "claimName" $claim) | toJson -}}
{{- else -}}
{{- dict "name" "state" "emptyDir" (dict "sizeLimit" "64Mi") | toJson -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The probes of the scheduler, as JSON; one that is null is left out. Takes values.scheduler.
*/}}
{{- define "rota.probes" -}}
{{- $scheduler := . -}}
{{- $probes := dict -}}
{{- range $name, $path := dict "livenessProbe" "/livez" "readinessProbe" "/readyz" "startupProbe" "/livez" -}}
{{- if hasKey $scheduler $name -}}
{{- with get $scheduler $name -}}
{{- $probes = set $probes $name (include "rota.joined" (list . (dict "httpGet" (dict "path" $path "port" "health"))) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $probes -}}
{{- end }}
