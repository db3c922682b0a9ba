{{/*
Problems of several values together, one per line. Takes: values, typed (problems of strings that were
replaced by null, which are reported already).
*/}}
{{- define "rota.togetherProblems" -}}
{{- $typed := .typed -}}
{{- $values := .values -}}
{{- with $values.businessApi -}}
{{- $token := .serviceAccountToken | default dict -}}
{{- $ca := .ca | default dict -}}
{{- if and .existingSecret $token.enabled -}}
{{- print "businessApi.serviceAccountToken.enabled: is true, but businessApi.existingSecret is set as well; keep one\n" -}}
{{- end -}}
{{- if and $token.enabled (not $token.audience) -}}
{{- print "businessApi.serviceAccountToken.audience: is not set; set the audience that the Business API expects, so that the token is of no use elsewhere\n" -}}
{{- end -}}
{{- if and $ca.existingSecret $ca.existingConfigMap -}}
{{- print "businessApi.ca.existingConfigMap: is set, but businessApi.ca.existingSecret is as well; keep one\n" -}}
{{- end -}}
{{- end -}}
{{- with $values.tracing -}}
{{- if and .endpoint (not (regexMatch "^(?i:https?)://[^/?#@\\s]+(/[^?#\\s]*)?$" .endpoint)) -}}
{{- print "tracing.endpoint: it must begin with http:// or https:// and a host, without a user name or a query, for example http://collector.observability:4318\n" -}}
{{- end -}}
{{- if and .linkUrl (not (regexMatch "^https?://.*\\{trace_id\\}" .linkUrl)) -}}
{{- print "tracing.linkUrl: it must begin with http:// or https:// and contain {trace_id}, for example https://jaeger.example/trace/{trace_id}\n" -}}
{{- end -}}
{{- end -}}
{{- with $values.scheduler -}}
{{- if gt (int64 (.replicas | default 0)) 1 -}}
{{- printf "scheduler.replicas: %d is refused: two schedulers would run every task twice; use 1, or mode: cronjobs\n" (int64 .replicas) -}}
{{- end -}}
{{- end -}}
{{- $rule := ($values.metrics | default dict).prometheusRule | default dict -}}
{{- if and $rule.enabled (eq (toString $values.mode) "cronjobs") (not $rule.kubeStateMetrics) (not ($values.console | default dict).enabled) -}}
{{- print "metrics.prometheusRule.kubeStateMetrics: is false, and with mode: cronjobs there are no other metrics to alert on; set it to true where kube-state-metrics runs, or metrics.prometheusRule.enabled to false\n" -}}
{{- end -}}
{{- with $values.networkPolicy -}}
{{- if and .enabled (not .egress) (not (contains "networkPolicy.egress: " $typed)) -}}
{{- print "networkPolicy.egress: is not set; allow the Business API, which a NetworkPolicy cannot derive from its URL, for example [{to: [{podSelector: {matchLabels: {app: shop-api}}}], ports: [{port: 8000}]}]\n" -}}
{{- end -}}
{{- end -}}
{{- range $key := list "state" "console" -}}
{{- $modes := ((get $values $key | default dict).persistence | default dict).accessModes | default list -}}
{{- if and (has "ReadWriteOncePod" $modes) (gt (len $modes) 1) -}}
{{- printf "%s.persistence.accessModes: ReadWriteOncePod cannot be combined with others; remove them\n" $key -}}
{{- end -}}
{{- end -}}
{{- include "rota.annotationsProblems" $values -}}
{{- end }}

{{/*
Problems of annotations that are too long together, one per line: Kubernetes allows 256 KiB per
object, and the chart adds a few. Takes the values.
*/}}
{{- define "rota.annotationsProblems" -}}
{{- $all := list .commonAnnotations -}}
{{- $pods := append $all .podAnnotations -}}
{{- $scheduler := .scheduler | default dict -}}
{{- $pages := $scheduler.pages | default dict -}}
{{- $console := .console | default dict -}}
{{- $defaults := .taskDefaults | default dict -}}
{{- $sums := dict
  "podAnnotations" $pods
  "console.podAnnotations" (append $pods $console.podAnnotations)
  "console.annotations" (append $all $console.annotations)
  "console.service.annotations" (append $all ($console.service | default dict).annotations)
  "console.serviceAccount.annotations" (append $all ($console.serviceAccount | default dict).annotations)
  "console.ingress.annotations" (append $all ($console.ingress | default dict).annotations)
  "console.httpRoute.annotations" (append $all ($console.httpRoute | default dict).annotations)
  "console.persistence.annotations" (append $all ($console.persistence | default dict).annotations)
  "scheduler.podAnnotations" (append $pods $scheduler.podAnnotations)
  "scheduler.pages.service.annotations" (append $all ($pages.service | default dict).annotations)
  "scheduler.pages.ingress.annotations" (append $all ($pages.ingress | default dict).annotations)
  "scheduler.pages.httpRoute.annotations" (append $all ($pages.httpRoute | default dict).annotations)
  "scheduler.annotations" (append $all $scheduler.annotations)
  "service.annotations" (append $all (.service | default dict).annotations)
  "serviceAccount.annotations" (append $all (.serviceAccount | default dict).annotations)
  "state.persistence.annotations" (append $all ((.state | default dict).persistence | default dict).annotations)
  "taskDefaults.podAnnotations" (append $pods $defaults.podAnnotations)
  "taskDefaults.annotations" (append $all $defaults.annotations)
-}}
{{- range $name, $task := .tasks -}}
{{- range $key := list "podAnnotations" "annotations" -}}
{{- with index ($task | default dict) $key -}}
{{- $_ := set $sums (printf "tasks.%s.%s" $name $key) (append (get $sums (printf "taskDefaults.%s" $key)) .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $maps := $sums -}}
{{- if and (last $maps) (gt (toJson $maps | len) 260000) -}}
{{- $bytes := 0 -}}
{{- range $map := $maps -}}
{{- range $key, $value := $map -}}
{{- $bytes = add $bytes (len $key) (len (toString $value)) -}}
{{- end -}}
{{- end -}}
{{- if gt $bytes 260000 -}}
{{- printf "%s: is too long: %d bytes with the annotations that it is merged with, but Kubernetes allows about 260000; shorten it\n" $path $bytes -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
