{{/*
The problem of a string of a certain form, or nothing. Takes a list: form, value.
The forms are named in values.yaml, by `form` in `# @schema`.
*/}}
{{- define "rota.formProblem" -}}
{{- $form := index . 0 -}}
{{- $value := index . 1 -}}
{{- if eq $form "share" -}}
{{- include "rota.shareProblem" $value -}}
{{- else if not (kindIs "string" $value) -}}
{{- printf "%s is read as a %s, which may differ from what was written: quote it" (include "rota.text" $value) (ternary "boolean" "number" (kindIs "bool" $value)) -}}
{{- else if eq $form "url" -}}
{{- include "rota.urlProblem" $value -}}
{{- else if contains "{{" $value -}}
{{- printf "%q is refused: templates in values are not rendered; write the value itself" $value -}}
{{- else if $value -}}
{{- $name := "[a-z0-9]([-a-z0-9]*[a-z0-9])?" -}}
{{- if eq $form "application" -}}
{{- if or (gt (len $value) 40) (not (regexMatch (printf "^%s$" $name) $value)) -}}
{{- printf "%q is refused: use lower-case letters, digits and '-' between them, at most 40 characters" $value -}}
{{- end -}}
{{- else if eq $form "beginning" -}}
{{- if or (gt (len $value) 63) (not (regexMatch (printf "^%s$" $name) $value)) -}}
{{- printf "%q is refused: use lower-case letters, digits and '-' between them, at most 63 characters" $value -}}
{{- end -}}
{{- else if eq $form "object" -}}
{{- if or (gt (len $value) 253) (not (regexMatch (printf "^%s(\\.%s)*$" $name $name) $value)) -}}
{{- printf "%q is not the name of an object: use lower-case letters, digits, '-' and '.' between them, at most 253 characters" $value -}}
{{- end -}}
{{- else if eq $form "key" -}}
{{- if or (gt (len $value) 253) (not (regexMatch "^[-._a-zA-Z0-9]+$" $value)) (regexMatch "^\\.\\.?$|^\\.\\." $value) -}}
{{- printf "%q is not a key of a Secret or ConfigMap: use letters, digits, '-', '_' and '.'" $value -}}
{{- end -}}
{{- else if eq $form "size" -}}
{{- if not (regexMatch "^\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[kMGTPE]|[eE][+-]?[0-9]+)?$" $value) -}}
{{- printf "%q is not a size: write a number with a unit, such as 64Mi or 1Gi" $value -}}
{{- else if not (regexMatch "^[^eEm]*[1-9]" $value) -}}
{{- printf "%q is refused: it must be more than 0" $value -}}
{{- end -}}
{{- else if eq $form "host" -}}
{{- if not (regexMatch "^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:.]+\\])$" $value) -}}
{{- printf "%q is not an address to listen on: use one such as 0.0.0.0, or [::] for IPv6" $value -}}
{{- end -}}
{{- else if eq $form "hostname" -}}
{{- if or (gt (len $value) 253) (not (regexMatch (printf "^%s(\\.%s)*$" $name $name) $value)) (regexMatch "^[0-9]+(\\.[0-9]+){3}$" $value) -}}
{{- printf "%q is not a host name: use lower-case letters, digits, '-' and '.' between them, without a port or a wildcard; addresses are answered anyway" $value -}}
{{- end -}}
{{- else if eq $form "header" -}}
{{- if not (regexMatch "^[-A-Za-z0-9]+$" $value) -}}
{{- printf "%q is not the name of a header: use letters, digits and '-'" $value -}}
{{- end -}}
{{- else -}}
{{- include "rota.imageProblem" . -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
As rota.formProblem, for the parts of an image's name: repository, tag, digest.
*/}}
{{- define "rota.imageProblem" -}}
{{- $form := index . 0 -}}
{{- $value := index . 1 -}}
{{- if eq $form "reference" -}}
{{- $name := regexReplaceAll "@.*$" $value "" -}}
{{- $tag := regexFind ":[^/:]*$" $name -}}
{{- $problem := include "rota.imageProblem" (list "repository" (trimSuffix $tag $name)) -}}
{{- if and $tag (not $problem) -}}
{{- $problem = include "rota.imageProblem" (list "tag" (trimPrefix ":" $tag)) -}}
{{- end -}}
{{- if and (contains "@" $value) (not $problem) -}}
{{- $problem = include "rota.imageProblem" (list "digest" (trimPrefix (printf "%s@" $name) $value)) -}}
{{- end -}}
{{- $problem -}}
{{- else if eq $form "repository" -}}
{{- $last := splitList "/" $value | last -}}
{{- if contains "@" $value -}}
{{- printf "%q is refused: a digest goes into image.digest" $value -}}
{{- else if contains "://" $value -}}
{{- printf "%q is refused: a repository has no scheme; begin with the registry's host" $value -}}
{{- else if contains ":" $last -}}
{{- printf "%q is refused: a tag goes into image.tag" $value -}}
{{- else -}}
{{- $path := "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*" -}}
{{- $host := "([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+\\])(:[0-9]{1,5})?/" -}}
{{- if or (gt (len $value) 255) (not (regexMatch (printf "^(%s)?%s(/%s)*$" $host $path $path) $value)) -}}
{{- printf "%q is not the name of an image: use lower-case letters, digits, and '.', '_', '-' between them; it may begin with a registry's host, as in registry.example:5000/shop/tasks" $value -}}
{{- end -}}
{{- end -}}
{{- else if eq $form "registry" -}}
{{- if not (regexMatch "^[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$" $value) -}}
{{- printf "%q is not a registry: write a host, optionally with a port and a path, without a scheme, as in registry.example:5000/mirror" $value -}}
{{- end -}}
{{- else if eq $form "tag" -}}
{{- if or (contains "sha256:" $value) (contains "@" $value) -}}
{{- printf "%q is refused: a digest goes into image.digest" $value -}}
{{- else if not (regexMatch "^[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127}$" $value) -}}
{{- printf "%q is not a tag: use letters, digits, '_', '-' and '.', at most 128 characters; the rest of an image's name goes into image.repository" $value -}}
{{- end -}}
{{- else if eq $form "digest" -}}
{{- if not (regexMatch "^sha256:[a-f0-9]{64}$" $value) -}}
{{- printf "%q is not a digest: write sha256: and 64 lower-case hexadecimal digits" $value -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The problem of a number of pods or a percentage, or nothing.
*/}}
{{- define "rota.shareProblem" -}}
{{- if and (kindIs "string" .) (not (regexMatch "^([0-9]|[1-9][0-9]|100)%$" .)) -}}
{{- printf "%q is refused: use a whole number without quotes, or a percentage such as 50%%" . -}}
{{- end -}}
{{- end }}

{{/*
The problem of the Business API's URL, or nothing. As rota.net.addresses, except for names with other
than ASCII characters. Never repeats the URL, which may contain a password.
*/}}
{{- define "rota.urlProblem" -}}
{{- $rest := regexReplaceAll "^[^:/?#]*://" . "" -}}
{{- $authority := regexFind "^[^/?#]*" $rest -}}
{{- $path := trimPrefix $authority $rest -}}
{{- $port := regexFind ":[^\\]:]*$" $authority -}}
{{- $host := trimSuffix $port $authority -}}
{{- if not . -}}
not set; set the URL of the Business API, for example --set businessApi.url=http://shop-api:8000
{{- else -}}
{{- $problem := "" -}}
{{- if contains "{{" . -}}
{{- $problem = "templates in values are not rendered; write the URL itself" -}}
{{- else if regexMatch "[\\x00-\\x20\\x7f-\\x{a0}\\\\]" . -}}
{{- $problem = "it must not contain spaces, control characters or backslashes" -}}
{{- else if not (regexMatch "^(?i:https?)://" .) -}}
{{- $problem = "it must begin with http:// or https://" -}}
{{- else if contains "@" $authority -}}
{{- $problem = "it must not contain a user name or password; a token goes into businessApi.existingSecret" -}}
{{- else if regexMatch "[?#]" . -}}
{{- $problem = "it must not contain a query or a fragment; a token goes into businessApi.existingSecret" -}}
{{- else if and $port (ne $port ":") (not (regexMatch "^:0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$" $port)) -}}
{{- $problem = "its port must be a number from 1 to 65535" -}}
{{- else if hasPrefix "[" $host -}}
{{- if not (regexMatch (include "rota.ipv6Pattern" .) $host) -}}
{{- $problem = "it must have an IPv6 address between the brackets" -}}
{{- end -}}
{{- else if not (regexMatch "^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?(\\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)*\\.?$" $host) -}}
{{- $problem = "it must name a host that DNS allows; write one with other characters as xn--…" -}}
{{- end -}}
{{- if not $problem -}}
{{- range splitList "/" $path -}}
{{- if has (lower . | replace "%2e" ".") (list "." "..") -}}
{{- $problem = "it must not have '.' or '..' in its path" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $problem -}}
{{- printf "%s. A URL is http:// or https://, a host, and optionally a port and a path" $problem -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
A pattern of IPv6 addresses in brackets.
*/}}
{{- define "rota.ipv6Pattern" -}}
{{- $h := "[0-9a-fA-F]{1,4}" -}}
{{- $forms := list (printf "(%s:){7}%s" $h $h) (printf "(%s:){1,7}:" $h) -}}
{{- range until 6 -}}
{{- $forms = append $forms (printf "(%s:){1,%d}(:%s){1,%d}" $h (add1 .) $h (sub 6 .)) -}}
{{- end -}}
{{- $forms = append $forms (printf ":((:%s){1,7}|:)" $h) -}}
{{- printf "^\\[(%s)\\]$" (join "|" $forms) -}}
{{- end }}
