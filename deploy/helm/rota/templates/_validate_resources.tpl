{{/*
Resources: what the API server requires of several fields together. As in _validate_kinds.tpl.
*/}}

{{- define "rota.checkResourceRequirements" -}}
{{- $path := index . 0 -}}
{{- $value := index . 1 -}}
{{- $facts := index . 2 -}}
{{- $bad := false -}}
{{- $scarce := list -}}
{{- range $part := list "limits" "requests" -}}
{{- range $name, $amount := index $value $part -}}
{{- if not (kindIs "invalid" $amount) -}}
{{- $here := printf "%s.%s.%s" $path $part $name -}}
{{- $extended := and (contains "/" $name) (not (regexMatch "^([^/]*\\.)?kubernetes\\.io/" $name)) -}}
{{- if not (or (has $name (list "cpu" "memory" "ephemeral-storage")) (regexMatch "^hugepages-[0-9]+([KMGTPE]i|[kMGTPE])?$" $name) (and $extended (not (hasPrefix "requests." $name)) (not (include "rota.fieldProblem" (list $facts.fields.qualified $name))))) -}}
{{- $bad = true -}}
{{- printf "%s: is not a resource of a container; use cpu, memory, ephemeral-storage, hugepages-2Mi or one such as example.com/gpu\n" $here -}}
{{- else -}}
{{- with include "rota.fieldProblem" (list $facts.fields.amount $amount) -}}
{{- $bad = true -}}
{{- printf "%s: %s\n" $here . -}}
{{- else -}}
{{- if or $extended (hasPrefix "hugepages-" $name) -}}
{{- $scarce = append $scarce $name -}}
{{- $pages := include "rota.quantity" (ternary "1" (trimPrefix "hugepages-" $name) $extended) | float64 -}}
{{- $times := divf (include "rota.quantity" $amount | float64) $pages -}}
{{- if and (not $extended) (or (ne (floor $times) $times) (eq $times 0.0)) -}}
{{- printf "%s: %s is refused: write a multiple of %s\n" $here (include "rota.text" $amount) (trimPrefix "hugepages-" $name) -}}
{{- end -}}
{{- if and $extended (ne (include "rota.quantity" $amount | float64 | floor) (include "rota.quantity" $amount | float64)) -}}
{{- printf "%s: %s is refused: write a whole number\n" $here (include "rota.text" $amount) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $bad -}}
{{- $limits := $value.limits | default dict -}}
{{- $requests := $value.requests | default dict -}}
{{- range $name, $amount := $requests -}}
{{- $limit := index $limits $name -}}
{{- if not (or (kindIs "invalid" $amount) (kindIs "invalid" $limit)) -}}
{{- if gt (include "rota.quantity" $amount | float64) (include "rota.quantity" $limit | float64) -}}
{{- printf "%s.requests.%s: %s is more than limits.%s, %s; lower it, or raise the limit\n" $path $name (include "rota.text" $amount) $name (include "rota.text" $limit) -}}
{{- else if and (has $name $scarce) (ne (include "rota.quantity" $amount | float64) (include "rota.quantity" $limit | float64)) -}}
{{- printf "%s.requests.%s: must be equal to limits.%s; leave it out\n" $path $name $name -}}
{{- end -}}
{{- else if and (has $name $scarce) (kindIs "invalid" $limit) -}}
{{- printf "%s.limits.%s: is not set, but is required for what cannot be shared; set it to the request\n" $path $name -}}
{{- end -}}
{{- end -}}
{{- if and (regexMatch "hugepages-" (join " " $scarce)) (not (or $limits.cpu $limits.memory $requests.cpu $requests.memory)) -}}
{{- printf "%s: hugepages require cpu or memory as well; add one\n" $path -}}
{{- end -}}
{{- end -}}
{{- if $value.claims -}}
{{- printf "%s.claims: the chart's pods have no resourceClaims; remove it\n" $path -}}
{{- end -}}
{{- end }}

{{- define "rota.checkVolumeResourceRequirements" -}}
{{- $path := index . 0 -}}
{{- $requests := (index . 1).requests | default dict -}}
{{- if not $requests.storage -}}
{{- printf "%s.requests.storage: is not set, but Kubernetes requires it; set a size, such as 1Gi\n" $path -}}
{{- else -}}
{{- with include "rota.fieldProblem" (list (index . 2).fields.amount $requests.storage) -}}
{{- printf "%s.requests.storage: %s\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkPersistentVolumeClaimSpec" -}}
{{- with index . 1 -}}
{{- if and (has "ReadWriteOncePod" (.accessModes | default list)) (gt (len .accessModes) 1) -}}
{{- printf "%s.accessModes: ReadWriteOncePod cannot be combined with others; remove them\n" (index $ 0) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkResourceFieldSelector" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if .resource -}}
{{- if not (regexMatch "^(limits|requests)\\.(cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMG]i)$" .resource) -}}
{{- printf "%s.resource: %q cannot be read; use limits or requests, '.', and cpu, memory, ephemeral-storage or hugepages-2Mi\n" $path .resource -}}
{{- else if .divisor -}}
{{- $allowed := ternary (list "1" "1m") (list "1" "1k" "1M" "1G" "1T" "1P" "1E" "1Ki" "1Mi" "1Gi" "1Ti" "1Pi" "1Ei") (hasSuffix ".cpu" .resource) -}}
{{- if not (has (include "rota.text" .divisor) $allowed) -}}
{{- printf "%s.divisor: %s is refused: use one of %s\n" $path (include "rota.text" .divisor) (join ", " $allowed) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
A quantity as a number.
*/}}
{{- define "rota.quantity" -}}
{{- $text := include "rota.text" . -}}
{{- $unit := regexFind "([KMGTPE]i|[numkMGTPE])$" $text -}}
{{- $number := trimSuffix $unit $text | float64 -}}
{{- if $unit -}}
{{- $small := dict "n" 1e9 "u" 1e6 "m" 1e3 -}}
{{- $large := dict "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 -}}
{{- if hasKey $small $unit -}}
{{- $number = divf $number (get $small $unit) -}}
{{- else -}}
{{- $number = mulf $number (get $large $unit) -}}
{{- end -}}
{{- end -}}
{{- $number -}}
{{- end }}
