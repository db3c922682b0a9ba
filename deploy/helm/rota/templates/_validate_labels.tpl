{{/*
Problems of labels and annotations that the chart sets itself, one per line. Others would silently
override them. Takes: values, facts.
*/}}
{{- define "rota.ownKeyProblems" -}}
{{- $places := dict -}}
{{- range $path, $kind := .facts.texts -}}
{{- if not (or (eq $kind "environment") (hasSuffix "nodeSelector" $path)) -}}
{{- $found := $.values -}}
{{- range splitList "." $path -}}
{{- $found = get (ternary $found dict (kindIs "map" $found)) . -}}
{{- end -}}
{{- $_ := set $places $path (list $kind $found) -}}
{{- end -}}
{{- end -}}
{{- range $name, $task := .values.tasks -}}
{{- range $key := list "labels" "annotations" "podAnnotations" -}}
{{- with $task -}}
{{- if hasKey . $key -}}
{{- $_ := set $places (printf "tasks.%s.%s" $name $key) (list (ternary "labels" "annotations" (eq $key "labels")) (get . $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $place := $places -}}
{{- $own := ternary (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/managed-by" "helm.sh/chart" "rota/task") (list "checksum/settings" "helm.sh/hook" "helm.sh/hook-weight" "helm.sh/hook-delete-policy") (eq (first $place) "labels") -}}
{{- range $key, $value := last $place | default dict -}}
{{- if has $key $own -}}
{{- printf "%s.%s: not allowed, since the chart sets it; use another key%s\n" $path $key (ternary ", or nameOverride for the name" "" (eq $key "app.kubernetes.io/name")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
