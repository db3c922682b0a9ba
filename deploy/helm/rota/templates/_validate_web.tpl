{{/*
Problems of the values of pages, the console's or the scheduler's, one per line. Takes: path, web,
facts.
*/}}
{{- define "rota.webProblems" -}}
{{- $problems := printf "%s%s" (include "rota.webAccessProblems" .) (include "rota.webRouteProblems" .) -}}
{{- $problems | replace "@path@" .path -}}
{{- end }}

{{/*
Problems of the scheduler's pages, one per line. Takes: values, facts.
*/}}
{{- define "rota.pagesProblems" -}}
{{- $pages := (.values.scheduler | default dict).pages | default dict -}}
{{- if $pages.enabled -}}
{{- range $key := list "env" "settings" -}}
{{- range $name, $_ := get $.values $key -}}
{{- if hasPrefix "ROTA_WEB_" (upper $name) -}}
{{- printf "%s.%s: not allowed with scheduler.pages.enabled, since it comes from scheduler.pages\n" $key $name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "rota.webProblems" (dict "path" "scheduler.pages" "web" $pages "facts" .facts) -}}
{{- if and $pages.actions (eq (toString ($pages.access | default dict).mode) "none") -}}
{{- print "scheduler.pages.actions: is true, but scheduler.pages.access.mode: none asks nobody who they are; set the mode to basic, bearer or proxy, or to loopback for who may use kubectl port-forward\n" -}}
{{- end -}}
{{- else if $pages.actions -}}
{{- print "scheduler.pages.actions: is true, but scheduler.pages.enabled: false serves no pages; set that to true, or remove the actions\n" -}}
{{- end -}}
{{- end }}

{{/*
Problems of who may read the pages, as rota.web.access checks it. Takes: path, web, facts.
*/}}
{{- define "rota.webAccessProblems" -}}
{{- $facts := .facts -}}
{{- $access := .web.access | default dict -}}
{{- $mode := toString $access.mode -}}
{{- if has $mode (list "basic" "bearer" "proxy") -}}
{{- if not $access.existingSecret -}}
{{- printf "@path@.access.existingSecret: is not set, but @path@.access.mode: %s requires it; set the Secret with %s\n" $mode (get (dict "basic" "lines of user:password" "bearer" "the token" "proxy" "what the proxy sends in X-Rota-Proxy-Secret") $mode) -}}
{{- end -}}
{{- else if $access.existingSecret -}}
{{- printf "@path@.access.existingSecret: is set, but @path@.access.mode: %s asks for nothing; set the mode to basic, bearer or proxy, or remove it\n" $mode -}}
{{- end -}}
{{- if and (eq $mode "proxy") (not $access.proxies) -}}
{{- print "@path@.access.proxies: is not set, but @path@.access.mode: proxy requires it; set the addresses or networks of the proxy's pods, such as 10.0.0.0/8\n" -}}
{{- end -}}
{{- range $at, $proxy := $access.proxies -}}
{{- if and (include "rota.fieldProblem" (list $facts.fields.ip ($proxy | default ""))) (include "rota.fieldProblem" (list $facts.fields.cidr ($proxy | default ""))) -}}
{{- printf "@path@.access.proxies[%d]: %q is refused: write an address or a network, such as 10.0.0.0/8\n" $at ($proxy | default "") -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of how the pages are reached. Takes: path, web.
*/}}
{{- define "rota.webRouteProblems" -}}
{{- $web := .web -}}
{{- $closed := eq (toString ($web.access | default dict).mode) "loopback" -}}
{{- $hosts := dict -}}
{{- range $at, $host := $web.hosts -}}{{- $_ := set $hosts (printf "@path@.hosts[%d]" $at) $host -}}{{- end -}}
{{- $ingress := $web.ingress | default dict -}}
{{- $route := $web.httpRoute | default dict -}}
{{- range $key, $each := dict "ingress" $ingress "httpRoute" $route -}}
{{- if and $each.enabled $closed -}}
{{- printf "@path@.%s.enabled: is true, but @path@.access.mode: loopback serves the pages inside of the pod only; set the mode to basic, bearer or proxy, or to none where everybody who reaches it may read\n" $key -}}
{{- end -}}
{{- end -}}
{{- if $ingress.enabled -}}
{{- if not $ingress.hosts -}}
{{- print "@path@.ingress.hosts: is not set; add the host under which the pages are reached, such as [{host: rota.example}]\n" -}}
{{- end -}}
{{- range $at, $host := $ingress.hosts -}}
{{- $_ := set $hosts (printf "@path@.ingress.hosts[%d].host" $at) ($host | default dict).host -}}
{{- range $number, $path := ($host | default dict).paths -}}
{{- $text := ($path | default dict).path | default "" -}}
{{- if not (hasPrefix "/" $text) -}}
{{- printf "@path@.ingress.hosts[%d].paths[%d].path: %q is refused: begin it with /\n" $at $number $text -}}
{{- else if and (ne (($path | default dict).pathType | default "Prefix") "ImplementationSpecific") (regexMatch "//|/\\.\\.?(/|$)|%2[fF]" $text) -}}
{{- printf "@path@.ingress.hosts[%d].paths[%d].path: %q is refused: write it without //, . and .., or with pathType: ImplementationSpecific\n" $at $number $text -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $route.enabled -}}
{{- range $key, $wanted := dict "hostnames" "the host names under which the pages are reached" "parentRefs" "the Gateway, such as [{name: gateway}]" "rules" "a rule, or leave it out" -}}
{{- if not (get $route $key) -}}
{{- printf "@path@.httpRoute.%s: is not set; add %s\n" $key $wanted -}}
{{- end -}}
{{- end -}}
{{- range $at, $host := $route.hostnames -}}{{- $_ := set $hosts (printf "@path@.httpRoute.hostnames[%d]" $at) $host -}}{{- end -}}
{{- end -}}
{{- range $path, $host := $hosts -}}
{{- with $host | default "" | list "hostname" | include "rota.formProblem" | default (ternary "is empty; remove it, or set a name" "" (empty $host)) -}}
{{- printf "%s: %s\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end }}
