{{/*
What the API server requires of several fields of a fragment together. Each template is named after the
kind, takes a list (path, value, facts), and writes a line for each problem.
*/}}

{{- define "rota.checkToleration" -}}
{{- $path := index . 0 -}}
{{- $value := index . 1 -}}
{{- $operator := $value.operator | default "Equal" -}}
{{- if $value.key -}}
{{- with include "rota.fieldProblem" (list (index . 2).fields.qualified $value.key) -}}
{{- printf "%s.key: %s\n" $path . -}}
{{- end -}}
{{- else if ne $operator "Exists" -}}
{{- printf "%s.operator: must be Exists if there is no key; set it, or a key\n" $path -}}
{{- end -}}
{{- if and $value.value (eq $operator "Exists") -}}
{{- printf "%s.value: cannot be combined with operator Exists; remove one of them\n" $path -}}
{{- end -}}
{{- if and (not (kindIs "invalid" $value.tolerationSeconds)) (ne ($value.effect | default "") "NoExecute") -}}
{{- printf "%s.tolerationSeconds: requires effect NoExecute; set that, or remove it\n" $path -}}
{{- end -}}
{{- end }}

{{- define "rota.checkLabelSelectorRequirement" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if and (has .operator (list "In" "NotIn")) (not .values) -}}
{{- printf "%s.values: is not set, but operator %s requires it; add some\n" $path .operator -}}
{{- else if and (has .operator (list "Exists" "DoesNotExist")) .values -}}
{{- printf "%s.values: cannot be combined with operator %s; remove it\n" $path .operator -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkNodeSelectorRequirement" -}}
{{- include "rota.checkLabelSelectorRequirement" . -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if has .operator (list "Gt" "Lt") -}}
{{- if ne (len (.values | default list)) 1 -}}
{{- printf "%s.values: must contain one number for operator %s\n" $path .operator -}}
{{- else if not (regexMatch "^[+-]?[0-9]{1,18}$" (first .values | toString)) -}}
{{- printf "%s.values: must contain one whole number, in quotes, for operator %s\n" $path .operator -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkNodeSelectorTerm" -}}
{{- $path := index . 0 -}}
{{- range $at, $field := (index . 1).matchFields -}}
{{- if or (ne ($field.key | default "") "metadata.name") (not (has $field.operator (list "In" "NotIn"))) (ne (len ($field.values | default list)) 1) -}}
{{- printf "%s.matchFields[%d]: must be key metadata.name, operator In or NotIn, and one value; use matchExpressions for labels\n" $path $at -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkPodAffinityTerm" -}}
{{- $path := index . 0 -}}
{{- $term := index . 1 -}}
{{- range list "matchLabelKeys" "mismatchLabelKeys" -}}
{{- if and (get $term .) (not (kindIs "map" $term.labelSelector)) -}}
{{- printf "%s.%s: needs a labelSelector; add one\n" $path . -}}
{{- end -}}
{{- end -}}
{{- range $term.matchLabelKeys -}}
{{- if has . ($term.mismatchLabelKeys | default list) -}}
{{- printf "%s.mismatchLabelKeys: has %q, like matchLabelKeys; keep one\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkTopologySpreadConstraint" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if and .minDomains (ne (.whenUnsatisfiable | default "") "DoNotSchedule") -}}
{{- printf "%s.minDomains: requires whenUnsatisfiable: DoNotSchedule; set that, or remove it\n" $path -}}
{{- end -}}
{{- if and .matchLabelKeys (not (kindIs "map" .labelSelector)) -}}
{{- printf "%s.matchLabelKeys: needs a labelSelector; add one\n" $path -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
A line for each repeated constraint. Takes a list: path, constraints.
*/}}
{{- define "rota.spreadProblems" -}}
{{- $path := index . 0 -}}
{{- $seen := dict -}}
{{- range $at, $each := index . 1 -}}
{{- with $each -}}
{{- $constraint := printf "%v %v" .topologyKey .whenUnsatisfiable -}}
{{- if hasKey $seen $constraint -}}
{{- printf "%s[%d]: has the same topologyKey and whenUnsatisfiable as another; keep one\n" $path $at -}}
{{- end -}}
{{- $_ := set $seen $constraint true -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkPodDNSConfig" -}}
{{- range $key, $most := dict "nameservers" 3 "searches" 32 -}}
{{- $number := index (index $ 1) $key | default list | len -}}
{{- if gt $number $most -}}
{{- printf "%s.%s: has %d, but Kubernetes allows %d; remove some\n" (index $ 0) $key $number $most -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkNetworkPolicyPeer" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- $selectors := or (kindIs "map" .podSelector) (kindIs "map" .namespaceSelector) -}}
{{- if and (kindIs "map" .ipBlock) $selectors -}}
{{- printf "%s: has ipBlock and a selector; write them as two entries\n" $path -}}
{{- else if not (or (kindIs "map" .ipBlock) $selectors) -}}
{{- printf "%s: selects nothing; set podSelector, namespaceSelector or ipBlock\n" $path -}}
{{- end -}}
{{- else -}}
{{- printf "%s: selects nothing; set podSelector, namespaceSelector or ipBlock\n" $path -}}
{{- end -}}
{{- end }}

{{- define "rota.checkNetworkPolicyPort" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if not (kindIs "invalid" .endPort) -}}
{{- if or (kindIs "invalid" .port) (kindIs "string" .port) -}}
{{- printf "%s.endPort: requires a numeric port; set it, or remove endPort\n" $path -}}
{{- else if lt (int64 .endPort) (int64 .port) -}}
{{- printf "%s.endPort: %d is below port; write the higher one\n" $path (int64 .endPort) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
IPv4 only: templates cannot compare IPv6 networks.
*/}}
{{- define "rota.checkIPBlock" -}}
{{- $path := index . 0 -}}
{{- $block := index . 1 -}}
{{- $network := splitList "/" ($block.cidr | default "") -}}
{{- range $at, $except := $block.except -}}
{{- $part := splitList "/" ($except | default "") -}}
{{- if and (eq (len $network) 2) (eq (len $part) 2) (contains "." (first $network)) -}}
{{- $bits := int64 (last $network) -}}
{{- $within := and (contains "." (first $part)) (gt (int64 (last $part)) $bits) -}}
{{- if $within -}}
{{- $size := 1 -}}
{{- range until (int (sub 32 $bits)) -}}{{- $size = mul 2 $size -}}{{- end -}}
{{- $places := list -}}
{{- range list (first $network) (first $part) -}}
{{- $number := 0 -}}
{{- range splitList "." . -}}{{- $number = add (mul 256 $number) (int64 (trimPrefix "0" . | default "0")) -}}{{- end -}}
{{- $places = append $places (div $number $size) -}}
{{- end -}}
{{- $within = eq (first $places) (last $places) -}}
{{- end -}}
{{- if not $within -}}
{{- printf "%s.except[%d]: %q must lie within %s and be smaller; correct one of them\n" $path $at $except $block.cidr -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkSeccompProfile" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if and (eq (.type | default "") "Localhost") (not .localhostProfile) -}}
{{- printf "%s.localhostProfile: is not set, but type Localhost requires it; set the profile\n" $path -}}
{{- else if and .localhostProfile (ne (.type | default "") "Localhost") -}}
{{- printf "%s.localhostProfile: requires type Localhost; set that, or remove it\n" $path -}}
{{- else if regexMatch "^/|(^|/)\\.\\.(/|$)|^\\s|\\s$" (.localhostProfile | default "") -}}
{{- printf "%s.localhostProfile: %q is refused: write a relative path without '..'\n" $path .localhostProfile -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkAppArmorProfile" -}}
{{- include "rota.checkSeccompProfile" . -}}
{{- end }}

{{- define "rota.checkSecurityContext" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- if eq (toString .allowPrivilegeEscalation) "false" -}}
{{- $added := (.capabilities | default dict).add | default list -}}
{{- if .privileged -}}
{{- printf "%s.privileged: cannot be combined with allowPrivilegeEscalation: false; set that to null, or remove it\n" $path -}}
{{- else if or (has "SYS_ADMIN" $added) (has "CAP_SYS_ADMIN" $added) -}}
{{- printf "%s.capabilities.add: SYS_ADMIN cannot be combined with allowPrivilegeEscalation: false; set that to null, or remove it\n" $path -}}
{{- end -}}
{{- end -}}
{{- if eq (.procMount | default "") "Unmasked" -}}
{{- printf "%s.procMount: Unmasked requires a user namespace, which the chart's pods do not have; remove it\n" $path -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkPodSecurityContext" -}}
{{- $path := index . 0 -}}
{{- $seen := dict -}}
{{- range $at, $sysctl := (index . 1).sysctls -}}
{{- $name := ($sysctl | default dict).name | default "" | replace "/" "." -}}
{{- if hasKey $seen $name -}}
{{- printf "%s.sysctls[%d].name: %q appears twice; remove one\n" $path $at $name -}}
{{- end -}}
{{- $_ := set $seen $name true -}}
{{- end -}}
{{- end }}

{{- define "rota.checkEnvVar" -}}
{{- with index . 1 -}}
{{- if and .value (kindIs "map" .valueFrom) -}}
{{- printf "%s: has value and valueFrom; keep one\n" (index $ 0) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkEnvVarSource" -}}
{{- with (index . 1).fieldRef -}}
{{- if .fieldPath -}}
{{- include "rota.fieldPathProblem" (list (printf "%s.fieldRef" (index $ 0)) . "spec\\.nodeName|spec\\.serviceAccountName|status\\.hostIPs?|status\\.podIPs?" "metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], metadata.annotations['…'], spec.nodeName, spec.serviceAccountName, status.hostIP or status.podIP") -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkDownwardAPIVolumeFile" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- with .fieldRef -}}
{{- if .fieldPath -}}
{{- include "rota.fieldPathProblem" (list (printf "%s.fieldRef" $path) . "metadata\\.labels|metadata\\.annotations" "metadata.name, metadata.namespace, metadata.uid, metadata.labels or metadata.annotations") -}}
{{- end -}}
{{- end -}}
{{- with .resourceFieldRef -}}
{{- if not .containerName -}}
{{- printf "%s.resourceFieldRef.containerName: is not set, but a volume requires it; set the container, such as rota\n" $path -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
A line if a pod's field is not readable. Takes a list: path, fieldRef, a pattern of paths in addition
to those that are always allowed, and the list of them all in words.
*/}}
{{- define "rota.fieldPathProblem" -}}
{{- with index . 1 -}}
{{- if not (regexMatch (printf "^(metadata\\.(name|namespace|uid)|metadata\\.(labels|annotations)\\['([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'\\]|%s)$" (index $ 2)) .fieldPath) -}}
{{- printf "%s.fieldPath: %q cannot be read; use %s\n" (index $ 0) .fieldPath (index $ 3) -}}
{{- end -}}
{{- if ne (.apiVersion | default "v1") "v1" -}}
{{- printf "%s.apiVersion: %q is refused: use v1, or leave it out\n" (index $ 0) .apiVersion -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "rota.checkProjectedVolumeSource" -}}
{{- $path := index . 0 -}}
{{- $seen := dict -}}
{{- range $at, $source := (index . 1).sources -}}
{{- $here := printf "%s.sources[%d]" $path $at -}}
{{- if not (include "rota.withoutNulls" $source | fromJson) -}}
{{- printf "%s: has no source; set one, such as secret or configMap\n" $here -}}
{{- end -}}
{{- range $kind, $each := $source -}}
{{- if and (kindIs "map" $each) (not $each.items) $each.path -}}
{{- $each = dict "items" (list $each) -}}
{{- end -}}
{{- range $item := (kindIs "map" $each | ternary $each dict).items -}}
{{- $file := ($item | default dict).path | default "" -}}
{{- if and $file (hasKey $seen $file) -}}
{{- printf "%s.%s: the path %q is taken by %s; choose another\n" $here $kind $file (get $seen $file) -}}
{{- end -}}
{{- $_ := set $seen $file $here -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
