{{/*
Objects are built as maps and printed once, so that no key can come twice, and a null or an empty
list, which the API server drops, is never printed.

A template cannot return a map. One that makes something takes a map, and leaves what it made there
as `result`.
*/}}

{{/*
What is the same in all objects, worked out once and kept in .Values.rotaShared, which all files of a
rendering share:
  identity, fullname       see _names.tpl
  image, serviceAccount    of pods, where a task has none of its own
  selector                 labels that selectors use; they must never change
  labels                   labels of all objects but pods and Jobs' templates, where a label with the
                           chart's version would roll the Deployment and rename start Jobs
  version                  the label of that name, which values may override
  grace                    terminationGracePeriodSeconds: rota's own grace, and time to leave in order
*/}}
{{- define "rota.share" -}}
{{- if not (hasKey .Values "rotaShared") -}}
{{- $selector := dict "app.kubernetes.io/name" (include "rota.name" .) "app.kubernetes.io/instance" .Release.Name -}}
{{- $shared := dict
  "identity" (include "rota.identity" .)
  "fullname" (include "rota.fullname" .)
  "image" (include "rota.image" .)
  "serviceAccount" (include "rota.serviceAccountName" .)
  "grace" (add (int64 .Values.gracePeriodSeconds) 5)
  "selector" $selector
  "version" (dict "app.kubernetes.io/version" (include "rota.version" .))
  "labels" (dict
    "helm.sh/chart" (include "rota.chart" .)
    "app.kubernetes.io/managed-by" .Release.Service
  )
-}}
{{- $_ := set .Values "rotaShared" $shared -}}
{{- end -}}
{{- end }}

{{/*
Puts maps of texts into a map, the later over the earlier; a null takes a key out. Takes a list: the
map that is added to, then the others, some perhaps null.
*/}}
{{- define "rota.addTexts" -}}
{{- $into := first . -}}
{{- range $texts := rest . -}}
{{- range $key, $value := $texts -}}
{{- if kindIs "string" $value -}}
{{- $_ := set $into $key $value -}}
{{- else if kindIs "invalid" $value -}}
{{- $_ := unset $into $key -}}
{{- else -}}
{{- $_ := set $into $key (include "rota.text" $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Makes the metadata of an object, or of the template of one. Own labels win, so that no selector can
miss what it is for. Takes: root; and perhaps
  name                  of an object; a template has none
  component             task, scheduler or check
  labels, annotations   lists of maps, over those of all objects
  ownLabels             over everything
*/}}
{{- define "rota.metadata" -}}
{{- $values := .root.Values -}}
{{- $shared := $values.rotaShared -}}
{{- $metadata := dict -}}
{{- $labels := dict -}}
{{- with .name -}}
{{- $_ := set $metadata "name" . -}}
{{- $_ := set $metadata "namespace" $.root.Release.Namespace -}}
{{- include "rota.addTexts" (list $labels $shared.version) -}}
{{- end -}}
{{- include "rota.addTexts" (concat (list $labels $values.commonLabels) (.labels | default list) (list $shared.selector .ownLabels)) -}}
{{- with .component -}}{{- $_ := set $labels "app.kubernetes.io/component" . -}}{{- end -}}
{{- if .name -}}{{- include "rota.addTexts" (list $labels $shared.labels) -}}{{- end -}}
{{- $_ := set $metadata "labels" $labels -}}
{{- $annotations := dict -}}
{{- include "rota.addTexts" (concat (list $annotations $values.commonAnnotations) (.annotations | default list)) -}}
{{- if $annotations -}}{{- $_ := set $metadata "annotations" $annotations -}}{{- end -}}
{{- $_ := set . "result" $metadata -}}
{{- end }}

{{/*
An object in YAML. Takes: object.
*/}}
{{- define "rota.print" -}}
{{- include "rota.withoutGaps" .object -}}
{{- toYaml .object -}}
{{- end }}

{{/*
Takes out of a map, in place and in depth, what the API server would drop: nulls, empty lists, and
empty maps of names to texts or amounts. Other empty maps mean something, such as `emptyDir: {}`.
*/}}
{{- define "rota.withoutGaps" -}}
{{- $map := . -}}
{{- range $key, $value := . -}}
{{- if kindIs "map" $value -}}
{{- include "rota.withoutGaps" $value -}}
{{- if and (not $value) (has $key (list "affinity" "annotations" "labels" "limits" "matchLabels" "nodeSelector" "requests" "resources")) -}}
{{- $_ := unset $map $key -}}
{{- end -}}
{{- else if kindIs "slice" $value -}}
{{- range $value -}}
{{- if kindIs "map" . -}}{{- include "rota.withoutGaps" . -}}{{- end -}}
{{- end -}}
{{- if not $value -}}{{- $_ := unset $map $key -}}{{- end -}}
{{- else if kindIs "invalid" $value -}}
{{- $_ := unset $map $key -}}
{{- end -}}
{{- end -}}
{{- end }}
