{{/*
Problems of the console's values, one per line. Takes: values, facts.
*/}}
{{- define "rota.consoleProblems" -}}
{{- $console := .values.console | default dict -}}
{{- if $console.enabled -}}
{{- if eq (toString .values.mode) "scheduler" -}}
{{- print "console.enabled: is true, but with mode: scheduler there are no CronJobs to watch; set it to false: the scheduler has pages of its own, with scheduler.pages.enabled\n" -}}
{{- end -}}
{{- range $key := list "env" "settings" -}}
{{- range $name, $_ := get $.values $key -}}
{{- if hasPrefix "ROTA_WEB_" (upper $name) -}}
{{- printf "%s.%s: not allowed with console.enabled, since it comes from console\n" $key $name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "rota.webProblems" (dict "path" "console" "web" $console "facts" .facts) -}}
{{- with $console.serviceAccount -}}
{{- if not (or .create .name) -}}
{{- print "console.serviceAccount.name: is not set, but console.serviceAccount.create is false; set the name of a ServiceAccount\n" -}}
{{- end -}}
{{- end -}}
{{- $network := $console.networkPolicy | default dict -}}
{{- if and (.values.networkPolicy | default dict).enabled (not $network.egress) -}}
{{- print "console.networkPolicy.egress: is not set; allow the API server, which the console watches, for example [{ports: [{port: 443}, {port: 6443}]}]\n" -}}
{{- end -}}
{{- end -}}
{{- end }}
