{{/*
Problems of the console's values, one per line. Takes: values, facts.
*/}}
{{- define "rota.consoleProblems" -}}
{{- $console := .values.console | default dict -}}
{{- if $console.enabled -}}
{{- if eq (toString .values.mode) "scheduler" -}}
{{- print "console.enabled: is true, but with mode: scheduler there are no CronJobs to watch; set it to false: the scheduler has pages of its own, at settings.ROTA_WEB_ADDRESS\n" -}}
{{- end -}}
{{- range $key := list "env" "settings" -}}
{{- range $name, $_ := get $.values $key -}}
{{- if hasPrefix "ROTA_WEB_" (upper $name) -}}
{{- printf "%s.%s: not allowed with console.enabled, since it comes from console\n" $key $name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "rota.consoleAccessProblems" . -}}
{{- include "rota.consoleRouteProblems" . -}}
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

{{/*
Problems of who may read the pages, as rota.web.access checks it. Takes: values, facts.
*/}}
{{- define "rota.consoleAccessProblems" -}}
{{- $facts := .facts -}}
{{- $access := .values.console.access | default dict -}}
{{- $mode := toString $access.mode -}}
{{- if has $mode (list "basic" "bearer" "proxy") -}}
{{- if not $access.existingSecret -}}
{{- printf "console.access.existingSecret: is not set, but console.access.mode: %s requires it; set the Secret with %s\n" $mode (get (dict "basic" "lines of user:password" "bearer" "the token" "proxy" "what the proxy sends in X-Rota-Proxy-Secret") $mode) -}}
{{- end -}}
{{- else if $access.existingSecret -}}
{{- printf "console.access.existingSecret: is set, but console.access.mode: %s asks for nothing; set the mode to basic, bearer or proxy, or remove it\n" $mode -}}
{{- end -}}
{{- if and (eq $mode "proxy") (not $access.proxies) -}}
{{- print "console.access.proxies: is not set, but console.access.mode: proxy requires it; set the addresses or networks of the proxy's pods, such as 10.0.0.0/8\n" -}}
{{- end -}}
{{- range $at, $proxy := $access.proxies -}}
{{- if and (include "rota.fieldProblem" (list $facts.fields.ip ($proxy | default ""))) (include "rota.fieldProblem" (list $facts.fields.cidr ($proxy | default ""))) -}}
{{- printf "console.access.proxies[%d]: %q is refused: write an address or a network, such as 10.0.0.0/8\n" $at ($proxy | default "") -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of how the pages are reached. Takes: values.
*/}}
{{- define "rota.consoleRouteProblems" -}}
{{- $console := .values.console -}}
{{- $closed := eq (toString ($console.access | default dict).mode) "loopback" -}}
{{- $hosts := dict -}}
{{- range $at, $host := $console.hosts -}}{{- $_ := set $hosts (printf "console.hosts[%d]" $at) $host -}}{{- end -}}
{{- $ingress := $console.ingress | default dict -}}
{{- $route := $console.httpRoute | default dict -}}
{{- range $key, $each := dict "ingress" $ingress "httpRoute" $route -}}
{{- if and $each.enabled $closed -}}
{{- printf "console.%s.enabled: is true, but console.access.mode: loopback serves the pages inside of the pod only; set the mode to basic, bearer or proxy, or to none where everybody who reaches it may read\n" $key -}}
{{- end -}}
{{- end -}}
{{- if $ingress.enabled -}}
{{- if not $ingress.hosts -}}
{{- print "console.ingress.hosts: is not set; add the host under which the console is reached, such as [{host: rota.example}]\n" -}}
{{- end -}}
{{- range $at, $host := $ingress.hosts -}}
{{- $_ := set $hosts (printf "console.ingress.hosts[%d].host" $at) ($host | default dict).host -}}
{{- range $number, $path := ($host | default dict).paths -}}
{{- $text := ($path | default dict).path | default "" -}}
{{- if not (hasPrefix "/" $text) -}}
{{- printf "console.ingress.hosts[%d].paths[%d].path: %q is refused: begin it with /\n" $at $number $text -}}
{{- else if and (ne (($path | default dict).pathType | default "Prefix") "ImplementationSpecific") (regexMatch "//|/\\.\\.?(/|$)|%2[fF]" $text) -}}
{{- printf "console.ingress.hosts[%d].paths[%d].path: %q is refused: write it without //, . and .., or with pathType: ImplementationSpecific\n" $at $number $text -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $route.enabled -}}
{{- range $key, $wanted := dict "hostnames" "the host names under which the console is reached" "parentRefs" "the Gateway, such as [{name: gateway}]" "rules" "a rule, or leave it out" -}}
{{- if not (get $route $key) -}}
{{- printf "console.httpRoute.%s: is not set; add %s\n" $key $wanted -}}
{{- end -}}
{{- end -}}
{{- range $at, $host := $route.hostnames -}}{{- $_ := set $hosts (printf "console.httpRoute.hostnames[%d]" $at) $host -}}{{- end -}}
{{- end -}}
{{- range $path, $host := $hosts -}}
{{- with $host | default "" | list "hostname" | include "rota.formProblem" | default (ternary "is empty; remove it, or set a name" "" (empty $host)) -}}
{{- printf "%s: %s\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end }}
