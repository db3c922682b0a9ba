{{/*
The pod template of every kind. Takes: root; component (task, scheduler or check); args; and perhaps
  labels, annotations   beside those of all pods
  env                   of rota's container, as a list; values.env goes over it
  extraEnv              by name, over values.env
  ports, probes         of rota's container, as maps in a container's own form
  settingsFile          true where the pod reads the settings of all tasks
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
  {{- with include "rota.pullSecrets" $values }}
  imagePullSecrets:
    {{- . | nindent 4 }}
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
      {{- with $values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      env:
        {{- include "rota.env" . | nindent 8 }}
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
        - name: rota
          mountPath: /etc/rota
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- with concat (.mounts | default list) ($values.volumeMounts | default list) }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: rota
      projected:
        {{- include "rota.projection" . | nindent 8 }}
    - name: tmp
      emptyDir:
        sizeLimit: 16Mi
    {{- with concat (.volumes | default list) ($values.volumes | default list) }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
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
Environment of rota's container: what the chart sets, always under the same names, and over it values
by name.
*/}}
{{- define "rota.env" -}}
{{- $given := include "rota.joined" (list .root.Values.env .extraEnv) | fromJson -}}
{{- $own := list (dict "name" "BUSINESS_API_URL" "value" (include "rota.businessApiUrl" .root)) -}}
{{- $namespace := include "rota.fieldEnv" (list "ROTA_NAMESPACE" "metadata.namespace") | fromJson -}}
{{- $env := list -}}
{{- range concat $own (.env | default list) (list $namespace) -}}
{{- if or (not (hasKey $given .name)) (kindIs "invalid" (get $given .name)) -}}
{{- $env = append $env . -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $given -}}
{{- if kindIs "map" $value -}}
{{- $env = append $env (dict "name" $name "valueFrom" $value.valueFrom) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $env = append $env (dict "name" $name "value" (include "rota.text" $value)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $env -}}
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
The files of a pod: settings, and what is used to get through to the Business API. One volume of one
name, so that what an upgrade that failed had put there is replaced by the next; the namespace is in
it so that it is never empty. Mounted whole: a changed Secret arrives. Takes what a pod template does.
*/}}
{{- define "rota.projection" -}}
{{- $namespace := dict "path" "namespace" "fieldRef" (dict "fieldPath" "metadata.namespace") -}}
{{- $sources := list (dict "downwardAPI" (dict "items" (list $namespace))) -}}
{{- if .settingsFile -}}
{{- $sources = append $sources (dict "configMap" (dict "name" (include "rota.fullname" .root))) -}}
{{- end -}}
{{- with .root.Values.businessApi -}}
{{- if .existingSecret -}}
{{- $items := list (dict "key" .existingSecretKey "path" "token/token" "mode" 0o440) -}}
{{- $sources = append $sources (dict "secret" (dict "name" .existingSecret "items" $items)) -}}
{{- else if .serviceAccountToken.enabled -}}
{{- $token := dict "path" "token/token" "audience" .serviceAccountToken.audience "expirationSeconds" (int64 .serviceAccountToken.expirationSeconds) -}}
{{- $sources = append $sources (dict "serviceAccountToken" $token) -}}
{{- end -}}
{{- $bundle := list (dict "key" .ca.key "path" "ca/ca.crt") -}}
{{- if .ca.existingSecret -}}
{{- $sources = append $sources (dict "secret" (dict "name" .ca.existingSecret "items" $bundle)) -}}
{{- else if .ca.existingConfigMap -}}
{{- $sources = append $sources (dict "configMap" (dict "name" .ca.existingConfigMap "items" $bundle)) -}}
{{- end -}}
{{- if .clientCertificate.existingSecret -}}
{{- $items := list (dict "key" .clientCertificate.certificateKey "path" "client-certificate/tls.crt") (dict "key" .clientCertificate.privateKeyKey "path" "client-certificate/tls.key" "mode" 0o440) -}}
{{- $sources = append $sources (dict "secret" (dict "name" .clientCertificate.existingSecret "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "defaultMode" 0o444 "sources" $sources) -}}
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
