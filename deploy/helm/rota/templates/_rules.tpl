{{/*
Makes the groups of the PrometheusRule. Takes: root. The texts are files, in which Prometheus' own
templates need no escaping.
*/}}
{{- define "rota.ruleGroups" -}}
{{- $root := .root -}}
{{- $rule := $root.Values.metrics.prometheusRule -}}
{{- $groups := list -}}
{{- if include "rota.hasMetrics" $root -}}
{{- $text := $root.Files.Get "files/alerts.yaml" | replace "SELECTOR" (include "rota.seriesSelector" $root) -}}
{{- $absent := list -}}
{{- if or (not (include "rota.hasScheduler" $root.Values.rotaTasks)) (eq (int64 $root.Values.scheduler.replicas) 0) -}}{{- $absent = append $absent "RotaSchedulerDown" -}}{{- end -}}
{{- if not (include "rota.hasConsole" $root) -}}{{- $absent = concat $absent (list "RotaConsoleBlind" "RotaConsoleDown" "RotaWatchBroken") -}}{{- end -}}
{{- range fromYamlArray $text -}}
{{- $rules := list -}}
{{- range .rules -}}
{{- if not (has .alert $absent) -}}{{- $rules = append $rules . -}}{{- end -}}
{{- end -}}
{{- $groups = append $groups (dict "name" .name "rules" $rules) -}}
{{- end -}}
{{- end -}}
{{- if $rule.kubeStateMetrics -}}
{{- $rules := list -}}
{{- $format := $root.Files.Get "files/kube-state-metrics-alerts.yaml" | replace "NAMESPACE" $root.Release.Namespace -}}
{{- range $root.Values.rotaTasks -}}
{{- if eq .runner "cronjob" -}}
{{- $seconds := add (.largestGapSeconds | default .seconds) (.startingDeadlineSeconds | default 0) .deadline 60 -}}
{{- $text := $format | replace "CRONJOB" .object | replace "TASK" .name | replace "SECONDS" (toString $seconds) -}}
{{- $rules = concat $rules (fromYamlArray $text) -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $groups = append $groups (dict "name" "rota.cronjobs" "rules" $rules) -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "result" list -}}
{{- range $group := $groups -}}
{{- $rules := list -}}
{{- range $each := $group.rules -}}
{{- if not (has $each.alert $rule.disabled) -}}
{{- include "rota.addTexts" (list $each.labels $rule.alertLabels) -}}
{{- $_ := set $each.annotations "runbook_url" (printf "%s#%s" $rule.runbookUrl (lower $each.alert)) -}}
{{- $rules = append $rules $each -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $_ := set $ "result" (append $.result (dict "name" $group.name "rules" $rules)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Whether the release has rota's own metrics: "true" or nothing.
*/}}
{{- define "rota.hasMetrics" -}}
{{- include "rota.decide" . -}}
{{- if or (include "rota.hasScheduler" .Values.rotaTasks) (include "rota.hasConsole" .) -}}true{{- end -}}
{{- end }}

{{/*
The matchers of the release's series: those of the PodMonitor's targets where there is one.
*/}}
{{- define "rota.seriesSelector" -}}
{{- $metrics := .Values.metrics -}}
{{- if $metrics.prometheusRule.selector -}}
{{- $metrics.prometheusRule.selector -}}
{{- else if $metrics.podMonitor.enabled -}}
{{- printf "namespace=%q,job=%q" .Release.Namespace (printf "%s/%s" .Release.Namespace .Values.rotaShared.fullname) -}}
{{- else -}}
{{- printf "namespace=%q" .Release.Namespace -}}
{{- end -}}
{{- end }}
