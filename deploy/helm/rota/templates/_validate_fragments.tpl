{{/*
Problems of a fragment of Kubernetes' API, one per line, that its schema cannot find or cannot
explain. Takes a list: path, spec (as in chart_files/rules.py: @Kind, *Kind, =form, +form, %labels),
value, facts.
*/}}
{{- define "rota.partProblems" -}}
{{- $path := index . 0 -}}
{{- $spec := index . 1 -}}
{{- $value := index . 2 -}}
{{- $facts := index . 3 -}}
{{- $name := substr 1 (len $spec) $spec -}}
{{- if eq $name "port" -}}
{{- $name = ternary "portName" "portNumber" (kindIs "string" $value) -}}
{{- end -}}
{{- if kindIs "invalid" $value -}}
{{- else if hasPrefix "@" $spec -}}
{{- include "rota.kindProblems" (list $path $name $value $facts) -}}
{{- else if hasPrefix "=" $spec -}}
{{- with include "rota.fieldProblem" (list (get $facts.fields $name) $value) -}}
{{- printf "%s: %s\n" $path . -}}
{{- end -}}
{{- else if hasPrefix "%" $spec -}}
{{- include "rota.textsProblems" (list $path $name $value $facts) -}}
{{- else -}}
{{- if eq $name "TopologySpreadConstraint" -}}{{- include "rota.spreadProblems" (list $path $value) -}}{{- end -}}
{{- range $at, $each := $value -}}
{{- $here := printf "%s[%d]" $path $at -}}
{{- if kindIs "invalid" $each -}}
{{- printf "%s: is null; remove it\n" $here -}}
{{- else -}}
{{- include "rota.partProblems" (list $here (printf "%s%s" (ternary "@" "=" (hasPrefix "*" $spec)) $name) $each $facts) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The same for one map. Takes a list: path, kind, value, facts.
*/}}
{{- define "rota.kindProblems" -}}
{{- $path := index . 0 -}}
{{- $kind := index . 1 -}}
{{- $value := index . 2 -}}
{{- $facts := index . 3 -}}
{{- $rule := get $facts.rules $kind | default dict -}}
{{- $fields := $rule.fields | default dict -}}
{{- range $key, $each := $value -}}
{{- if and (hasKey $fields $key) (not (kindIs "invalid" $each)) -}}
{{- if not (and (has $key $rule.need) (empty $each)) -}}
{{- include "rota.partProblems" (list (printf "%s.%s" $path $key) (get $fields $key) $each $facts) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $rule.need -}}
{{- if not (get $value .) -}}
{{- if not (kindIs "map" (get $value .)) -}}
{{- printf "%s.%s: is not set, but Kubernetes requires it; set it\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $rule.one -}}
{{- include "rota.sourcesProblem" (list $path . $value 1) -}}
{{- end -}}
{{- with $rule.most -}}
{{- include "rota.sourcesProblem" (list $path . $value 0) -}}
{{- end -}}
{{- if $rule.check -}}
{{- include (printf "rota.check%s" $kind) (list $path $value $facts) -}}
{{- end -}}
{{- end }}

{{/*
A line if not exactly one, or more than one, of some fields is set. Takes a list: path, fields,
value, least (1 or 0).
*/}}
{{- define "rota.sourcesProblem" -}}
{{- $value := index . 2 -}}
{{- $set := list -}}
{{- range index . 1 -}}
{{- if not (kindIs "invalid" (index $value .)) -}}
{{- $set = append $set . -}}
{{- end -}}
{{- end -}}
{{- if gt (len $set) 1 -}}
{{- printf "%s: has %s; keep one of them\n" (index . 0) (join " and " $set) -}}
{{- else if lt (len $set) (int (index . 3)) -}}
{{- printf "%s: has no source; set one of %s\n" (index . 0) (index . 1 | join ", ") -}}
{{- end -}}
{{- end }}

{{/*
The problem of a string or number of a form, or nothing. Takes a list: form (as in
chart_files/rules.py), value.
*/}}
{{- define "rota.fieldProblem" -}}
{{- $form := index . 0 -}}
{{- $text := include "rota.text" (index . 1) -}}
{{- if or (not (regexMatch (printf "(?s)^(%s)$" $form.like) $text)) (gt (len $text) (int ($form.most | default 4096))) (regexMatch ($form.unlike | default "^\n$") $text) -}}
{{- printf "%q is refused: %s" (trunc 80 $text) $form.words -}}
{{- end -}}
{{- end }}
