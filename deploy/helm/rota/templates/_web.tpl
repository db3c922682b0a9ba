{{/*
How pages are served and reached: the console's, and the scheduler's. Their values have the same shape:
access, hosts, service, ingress, httpRoute; here `web`.
*/}}

{{/*
Whether the scheduler has pages: "true" or nothing.
*/}}
{{- define "rota.hasPages" -}}
{{- if and (include "rota.hasScheduler" .Values.rotaTasks) (.Values.scheduler.pages | default dict).enabled -}}true{{- end -}}
{{- end }}

{{/*
What the scheduler's pages need to be reached. Adds to the map that it takes (root): web, name,
component, selector.
*/}}
{{- define "rota.addPages" -}}
{{- $shared := .root.Values.rotaShared -}}
{{- $_ := set . "web" .root.Values.scheduler.pages -}}
{{- $_ := set . "name" (printf "%s-pages" $shared.fullname) -}}
{{- $_ := set . "component" "scheduler" -}}
{{- $_ := set . "selector" (set (omit $shared.selector "") "app.kubernetes.io/component" "scheduler") -}}
{{- end }}

{{/*
The same for the console.
*/}}
{{- define "rota.addConsole" -}}
{{- $_ := set . "web" .root.Values.console -}}
{{- $_ := set . "name" (printf "%s-console" .root.Values.rotaShared.fullname) -}}
{{- $_ := set . "component" "console" -}}
{{- $_ := set . "selector" (include "rota.consoleSelector" .root | fromJson) -}}
{{- end }}

{{/*
Whether pages can be reached from outside of their pod: "true" or nothing. Takes: web.
*/}}
{{- define "rota.webIsOpen" -}}
{{- if ne .access.mode "loopback" -}}true{{- end -}}
{{- end }}

{{/*
The settings of the pages, a line each. Takes a list: web, the address to listen on.
*/}}
{{- define "rota.webSettings" -}}
{{- $web := first . -}}
{{- $access := $web.access -}}
{{- $host := ternary (last .) "127.0.0.1" (not (empty (include "rota.webIsOpen" $web))) -}}
ROTA_WEB_ADDRESS={{ printf "%s:8081" $host | include "rota.dotenvValue" }}
ROTA_WEB_ACCESS={{ $access.mode }}
{{- if $access.existingSecret }}
ROTA_WEB_SECRET_FILE=/etc/rota/web/access
{{- end }}
{{- with $access.proxies }}
ROTA_WEB_PROXIES={{ join "," . }}
{{- end }}
{{- with $access.userHeader }}
ROTA_WEB_USER_HEADER={{ . }}
{{- end }}
{{- with include "rota.webHosts" $web | fromJsonArray }}
ROTA_WEB_HOSTS={{ join "," . }}
{{- end }}
{{- end }}

{{/*
The names under which pages are reached, as JSON. Takes: web.
*/}}
{{- define "rota.webHosts" -}}
{{- $hosts := .hosts | default list -}}
{{- if .ingress.enabled -}}
{{- range .ingress.hosts -}}{{- $hosts = append $hosts .host -}}{{- end -}}
{{- end -}}
{{- if .httpRoute.enabled -}}{{- $hosts = concat $hosts .httpRoute.hostnames -}}{{- end -}}
{{- uniq $hosts | toJson -}}
{{- end }}

{{/*
The sources of the volume with files that pages need, as JSON. Takes: web.
*/}}
{{- define "rota.webFiles" -}}
{{- $files := list -}}
{{- with .access.existingSecret -}}
{{- $items := list (dict "key" $.access.existingSecretKey "path" "web/access" "mode" 0o440) -}}
{{- $files = append $files (dict "secret" (dict "name" . "items" $items)) -}}
{{- end -}}
{{- $files | toJson -}}
{{- end }}

{{/*
An object that leads to pages, in YAML. Takes: root, name, component, object (all but its metadata),
annotations (a list of maps).
*/}}
{{- define "rota.printWeb" -}}
{{- $metadata := dict "root" .root "name" .name "component" .component "annotations" .annotations -}}
{{- include "rota.metadata" $metadata -}}
{{- include "rota.print" (dict "object" (set (omit .object "") "metadata" $metadata.result)) -}}
{{- end }}

{{/*
The Service, in YAML, where there is to be one. Takes: root, web, name, component, selector.
*/}}
{{- define "rota.webService" -}}
{{- if include "rota.webIsOpen" .web -}}
{{- $service := .web.service -}}
{{- $spec := dict
  "type" $service.type
  "selector" .selector
  "ports" (list (dict "name" "http" "port" (int64 $service.port) "targetPort" "web"))
-}}
{{- $object := dict "apiVersion" "v1" "kind" "Service" "spec" $spec -}}
{{- include "rota.printWeb" (merge (dict "object" $object "annotations" (list $service.annotations)) .) -}}
{{- end -}}
{{- end }}

{{/*
The Ingress, likewise.
*/}}
{{- define "rota.webIngress" -}}
{{- $ingress := .web.ingress -}}
{{- if $ingress.enabled -}}
{{- $backend := dict "service" (dict "name" .name "port" (dict "name" "http")) -}}
{{- $rules := list -}}
{{- range $ingress.hosts -}}
{{- $paths := list -}}
{{- range .paths | default (list (dict "path" "/")) -}}
{{- $paths = append $paths (dict "path" .path "pathType" (.pathType | default "Prefix") "backend" $backend) -}}
{{- end -}}
{{- $rules = append $rules (dict "host" .host "http" (dict "paths" $paths)) -}}
{{- end -}}
{{- $spec := dict "ingressClassName" $ingress.className "rules" $rules "tls" $ingress.tls -}}
{{- $object := dict "apiVersion" "networking.k8s.io/v1" "kind" "Ingress" "spec" $spec -}}
{{- include "rota.printWeb" (merge (dict "object" $object "annotations" (list $ingress.annotations)) .) -}}
{{- end -}}
{{- end }}

{{/*
The HTTPRoute, likewise.
*/}}
{{- define "rota.webRoute" -}}
{{- $route := .web.httpRoute -}}
{{- if $route.enabled -}}
{{- $backends := list (dict "name" .name "port" (int64 .web.service.port)) -}}
{{- $rules := list -}}
{{- range $route.rules -}}
{{- $rules = append $rules (hasKey . "backendRefs" | ternary . (set (omit . "") "backendRefs" $backends)) -}}
{{- end -}}
{{- $parents := list -}}
{{- range $route.parentRefs -}}
{{- $parent := omit . "" -}}
{{- if .port -}}{{- $_ := set $parent "port" (int64 .port) -}}{{- end -}}
{{- $parents = append $parents $parent -}}
{{- end -}}
{{- $spec := dict "parentRefs" $parents "hostnames" $route.hostnames "rules" $rules -}}
{{- $object := dict "apiVersion" "gateway.networking.k8s.io/v1" "kind" "HTTPRoute" "spec" $spec -}}
{{- include "rota.printWeb" (merge (dict "object" $object "annotations" (list $route.annotations)) .) -}}
{{- end -}}
{{- end }}

{{/*
Where pages are, a line each, for the notes. Takes: web, namespace, deployment, service (their names),
ports (of a port-forward).
*/}}
{{- define "rota.webPlaces" -}}
{{- $web := .web -}}
{{- $lines := list -}}
{{- if $web.ingress.enabled -}}
{{- range $web.ingress.hosts -}}
{{- $path := "/" -}}
{{- with .paths -}}{{- $path = (first .).path -}}{{- end -}}
{{- $lines = append $lines (printf "  http%s://%s%s" (ternary "s" "" (not (empty $web.ingress.tls))) .host $path) -}}
{{- end -}}
{{- else if $web.httpRoute.enabled -}}
{{- range $web.httpRoute.hostnames -}}{{- $lines = append $lines (printf "  https://%s/" .) -}}{{- end -}}
{{- else if eq $web.access.mode "proxy" -}}
{{- $lines = append $lines (printf "  through your proxy, which finds them at http://%s.%s:%d/" .service .namespace (int64 $web.service.port)) -}}
{{- else -}}
{{- $lines = append $lines (printf "  kubectl --namespace %s port-forward deployment/%s %s" .namespace .deployment .ports) -}}
{{- $url := printf "http://127.0.0.1:%s" (splitList ":" .ports | first) -}}
{{- if eq $web.access.mode "bearer" -}}
{{- /* A browser cannot be told a token. */ -}}
{{- $lines = append $lines (printf "  curl --header 'Authorization: Bearer TOKEN' %s/api/v1/tasks" $url) -}}
{{- else -}}
{{- $lines = append $lines (printf "  %s/" $url) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end }}
