{{/*
A name of at most `max` characters. One that is longer is cut before `keep`, its end, and gets a hash
of the whole, so that two names which differ stay different.
Takes: name, keep (may be empty), max.
*/}}
{{- define "rota.shortName" -}}
{{- if le (len .name) (int .max) -}}
{{- .name -}}
{{- else -}}
{{- $hash := .name | sha256sum | trunc 8 -}}
{{- $end := ternary $hash (printf "%s-%s" $hash .keep) (empty .keep) -}}
{{- $room := sub (sub (int .max) (len $end)) 1 | int -}}
{{- $beginning := ternary (trunc $room .name | trimAll "-") "" (gt $room 0) -}}
{{- printf "%s-%s" $beginning $end | trimPrefix "-" -}}
{{- end -}}
{{- end }}

{{/*
The application's name, as in the label `app.kubernetes.io/name`.
*/}}
{{- define "rota.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end }}

{{/*
Beginning of all objects' names, uncut. A release whose name begins with the application's is not
named twice. It would not do to look for the name anywhere: the releases `shop` and `shop-rota` would
both be `shop-rota`. Dots, which a release's name may have, do not go into the names of pods.
*/}}
{{- define "rota.identity" -}}
{{- $name := include "rota.name" . -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if or (eq $release $name) (hasPrefix (printf "%s-" $name) $release) -}}
{{- $release -}}
{{- else -}}
{{- printf "%s-%s" $release $name -}}
{{- end -}}
{{- end }}

{{/*
Name of the objects that a release has one of. Short enough for a suffix of 13 characters.
*/}}
{{- define "rota.fullname" -}}
{{- include "rota.shortName" (dict "name" (include "rota.identity" .) "keep" "" "max" 50) -}}
{{- end }}

{{/*
Chart name and version, as in the label `helm.sh/chart`.
*/}}
{{- define "rota.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." -}}
{{- end }}

{{/*
The version label: a tag may have characters that a label's value has not.
*/}}
{{- define "rota.version" -}}
{{- .Values.image.tag | default .Chart.AppVersion | toString | replace "+" "_" | trunc 63 | trimAll "-_." -}}
{{- end }}

{{/*
Name of the ServiceAccount.
*/}}
{{- define "rota.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "rota.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{/*
The image; a digest wins over the tag, and a parent chart's registry over that of the repository,
which is what stands before the first '/' where it cannot be a folder.
*/}}
{{- define "rota.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with (.Values.global | default dict).imageRegistry -}}
{{- $repository = regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" $repository "" | printf "%s/%s" . -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion | toString) -}}
{{- end -}}
{{- end }}

{{/*
A value as text. Helm reads YAML numbers as floats, which would print as 1e+06.
*/}}
{{- define "rota.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end }}
