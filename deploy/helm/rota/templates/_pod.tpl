{{/*
Makes the pod template of every kind. Takes: root; component (task, scheduler, console or check);
args; and perhaps
  own                   the task or the scheduler: resources, placement, and what pods have of both
  labels, annotations   lists of maps, in addition to those of all pods
  ownLabels             over everything
  env                   of rota's container, as a list; values.env goes over it
  extraEnv              by name, over values.env
  container             more of rota's container, as a map: ports, probes
  settingsFile          true where the pod reads the settings of all tasks
  files                 sources of the volume with files, in place of what gets through to the
                        Business API
  moreFiles             sources of the same, in addition
  volumes, mounts       in addition to those of all pods, as lists
  restartPolicy         for a Job's pods
*/}}
{{- define "rota.podTemplate" -}}
{{- $values := .root.Values -}}
{{- $shared := $values.rotaShared -}}
{{- $own := .own | default dict -}}
{{- $metadata := dict "root" .root "component" .component "ownLabels" .ownLabels
  "labels" (concat (list $values.podLabels) (.labels | default list))
  "annotations" (concat (list $values.podAnnotations) (.annotations | default list))
-}}
{{- include "rota.metadata" $metadata -}}
{{- $files := dict "root" .root "settingsFile" .settingsFile "files" .files "moreFiles" .moreFiles -}}
{{- include "rota.projection" $files -}}
{{- $nodeSelector := dict -}}
{{- include "rota.addTexts" (list $nodeSelector $own.nodeSelector) -}}
{{- $containers := dict "values" $values "own" $own -}}
{{- include "rota.initContainers" $containers -}}
{{- $pod := dict
  "serviceAccountName" ($own.serviceAccountName | default $shared.serviceAccount)
  "automountServiceAccountToken" ($own.automountServiceAccountToken | default false)
  "enableServiceLinks" false
  "restartPolicy" .restartPolicy
  "terminationGracePeriodSeconds" $shared.grace
  "priorityClassName" $own.priorityClassName
  "imagePullSecrets" (include "rota.pullSecrets" $values | fromJsonArray)
  "initContainers" $containers.result
  "volumes" (concat
    (list
      (dict "name" "rota" "projected" $files.result)
      (dict "name" "tmp" "emptyDir" (dict "sizeLimit" $values.tmp.sizeLimit))
    )
    (.volumes | default list) ($values.volumes | default list) ($own.volumes | default list)
  )
  "nodeSelector" $nodeSelector
  "affinity" $own.affinity
  "tolerations" $own.tolerations
-}}
{{- range $key := list "topologySpreadConstraints" "hostAliases" "dnsConfig" "runtimeClassName" -}}
{{- with ternary (get $own $key) (get $values $key) (hasKey $own $key) -}}{{- $_ := set $pod $key . -}}{{- end -}}
{{- end -}}
{{- $contexts := dict "contexts" (list $values.podSecurityContext $own.podSecurityContext) -}}
{{- include "rota.securityContext" $contexts -}}
{{- with $contexts.result -}}{{- $_ := set $pod "securityContext" . -}}{{- end -}}
{{- include "rota.container" . -}}
{{- $_ := set $pod "containers" (list .result) -}}
{{- $_ := set . "result" (dict "metadata" $metadata.result "spec" $pod) -}}
{{- end }}

{{/*
Makes one security context of several, key by key, the later over the earlier; a null takes a key out.
Takes: contexts, some perhaps null.
*/}}
{{- define "rota.securityContext" -}}
{{- $joined := dict -}}
{{- range $context := .contexts -}}
{{- range $key, $value := $context -}}{{- $_ := set $joined $key $value -}}{{- end -}}
{{- end -}}
{{- include "rota.withoutGaps" $joined -}}
{{- $_ := set . "result" $joined -}}
{{- end }}

{{/*
Makes rota's container. Takes what a pod template does.
*/}}
{{- define "rota.container" -}}
{{- $values := .root.Values -}}
{{- $own := .own | default dict -}}
{{- $env := dict "root" .root "env" .env "extraEnv" .extraEnv -}}
{{- include "rota.env" $env -}}
{{- $container := dict
  "name" "rota"
  "image" ($own.image | default $values.rotaShared.image)
  "imagePullPolicy" $values.image.pullPolicy
  "args" .args
  "env" $env.result
  "envFrom" (concat ($values.envFrom | default list) ($own.envFrom | default list))
  "resources" $own.resources
  "terminationMessagePolicy" "FallbackToLogsOnError"
  "volumeMounts" (concat
    (list
      (dict "name" "rota" "mountPath" "/etc/rota" "readOnly" true)
      (dict "name" "tmp" "mountPath" "/tmp")
    )
    (.mounts | default list) ($values.volumeMounts | default list) ($own.volumeMounts | default list)
  )
-}}
{{- $contexts := dict "contexts" (list $values.securityContext $own.securityContext) -}}
{{- include "rota.securityContext" $contexts -}}
{{- with $contexts.result -}}{{- $_ := set $container "securityContext" . -}}{{- end -}}
{{- range $key, $value := .container -}}{{- $_ := set $container $key $value -}}{{- end -}}
{{- $_ := set . "result" $container -}}
{{- end }}

{{/*
Makes the environment of rota's container: what the chart sets, always under the same names, and over
it values by name. Takes: root, env, extraEnv.
*/}}
{{- define "rota.env" -}}
{{- $given := omit (.root.Values.env | default dict) "" -}}
{{- range $name, $value := .extraEnv -}}{{- $_ := set $given $name $value -}}{{- end -}}
{{- $env := list -}}
{{- range concat
  (list (dict "name" "BUSINESS_API_URL" "value" .root.Values.businessApi.url))
  (.env | default list)
  (list (include "rota.fieldEnv" (list "ROTA_NAMESPACE" "metadata.namespace") | fromJson))
-}}
{{- if kindIs "invalid" (ternary (get $given .name) nil (hasKey $given .name)) -}}
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
{{- $_ := set . "result" $env -}}
{{- end }}

{{/*
An environment variable from a field of the pod, as JSON. Takes a list: name, path.
*/}}
{{- define "rota.fieldEnv" -}}
{{- dict "name" (index . 0) "valueFrom" (dict "fieldRef" (dict "fieldPath" (index . 1))) | toJson -}}
{{- end }}

{{/*
Makes the init containers: those of all pods, sidecars as native ones, then the task's own, which may
need what a sidecar opens. Takes: values, own.
*/}}
{{- define "rota.initContainers" -}}
{{- $containers := list -}}
{{- $secure := .values.securityContext -}}
{{- range $place, $given := list .values.initContainers .values.sidecars .own.initContainers -}}
{{- range $given -}}
{{- $container := omit . "" -}}
{{- if not (hasKey . "securityContext") -}}{{- $_ := set $container "securityContext" $secure -}}{{- end -}}
{{- if eq $place 1 -}}{{- $_ := set $container "restartPolicy" "Always" -}}{{- end -}}
{{- $containers = append $containers $container -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "result" $containers -}}
{{- end }}

{{/*
Secrets to pull images with, each once, as JSON: a parent chart's, as names or maps, then the chart's
own. Takes values.
*/}}
{{- define "rota.pullSecrets" -}}
{{- $secrets := list -}}
{{- range concat ((.global | default dict).imagePullSecrets | default list) (.image.pullSecrets | default list) -}}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) -}}
{{- end -}}
{{- uniq $secrets | toJson -}}
{{- end }}

{{/*
Makes the files of a pod: settings, and what is used to get through to the Business API. One volume
of one name, so that what an upgrade that failed had put there is replaced by the next; the namespace
is in it so that it is never empty. Mounted whole: a changed Secret arrives. Takes: root,
settingsFile, and perhaps files, in place of what is for the Business API.
*/}}
{{- define "rota.projection" -}}
{{- $namespace := dict "path" "namespace" "fieldRef" (dict "fieldPath" "metadata.namespace") -}}
{{- $sources := list (dict "downwardAPI" (dict "items" (list $namespace))) -}}
{{- if .settingsFile -}}
{{- $sources = append $sources (dict "configMap" (dict "name" .root.Values.rotaShared.fullname)) -}}
{{- end -}}
{{- if kindIs "slice" .files -}}
{{- $sources = concat $sources .files -}}
{{- else -}}
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
{{- end -}}
{{- with .moreFiles -}}{{- $sources = concat $sources . -}}{{- end -}}
{{- $_ := set . "result" (dict "defaultMode" 0o444 "sources" $sources) -}}
{{- end }}
