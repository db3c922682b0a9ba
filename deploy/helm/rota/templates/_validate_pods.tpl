{{/*
Problems of what is added to all pods, one per line: names that collide, mounts, containers. Those of
a single fragment are in _validate_fragments.tpl. Takes: values, own (the chart's volumes by name,
each with its mount path).
*/}}
{{- define "rota.podProblems" -}}
{{- $values := .values -}}
{{- $names := dict -}}
{{- range $name, $_ := .own -}}{{- $_ := set $names $name "the chart" -}}{{- end -}}
{{- $devices := dict -}}
{{- range $at, $volume := $values.volumes -}}
{{- if kindIs "map" $volume -}}
{{- $where := printf "volumes[%d]" $at -}}
{{- with include "rota.partNameProblem" (list $volume $names $where) -}}
{{- printf "%s.name: %s\n" $where . -}}
{{- end -}}
{{- $_ := set $devices ($volume.name | default "") (or $volume.persistentVolumeClaim $volume.ephemeral) -}}
{{- end -}}
{{- end -}}
{{- /* All pods have the same mounts, except the state, which only scheduler and console have. */ -}}
{{- $mountable := omit $names "state" -}}
{{- include "rota.mountProblems" (dict "container" $values "where" "" "volumes" $mountable "own" .own) -}}
{{- $containers := dict "rota" "the chart" -}}
{{- range $key := list "initContainers" "sidecars" -}}
{{- range $at, $container := index $values $key -}}
{{- if kindIs "map" $container -}}
{{- $where := printf "%s[%d]" $key $at -}}
{{- with include "rota.partNameProblem" (list $container $containers $where) -}}
{{- printf "%s.name: %s\n" $where . -}}
{{- end -}}
{{- include "rota.mountProblems" (dict "container" $container "where" (printf "%s." $where) "volumes" $mountable "own" dict) -}}
{{- include "rota.containerProblems" (list $where $container (or (eq $key "sidecars") (eq ($container.restartPolicy | default "") "Always")) $devices) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $at, $secret := ($values.global | default dict).imagePullSecrets -}}
{{- $name := (kindIs "map" $secret | ternary $secret (dict "name" $secret)).name -}}
{{- if not $name -}}
{{- printf "global.imagePullSecrets[%d]: is not set; set the name of a Secret\n" $at -}}
{{- else -}}
{{- with include "rota.formProblem" (list "object" $name) -}}
{{- printf "global.imagePullSecrets[%d]: %s\n" $at . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key := list "console" "scheduler" -}}
{{- include "rota.ownProbeProblems" (list $key (get $values $key | default dict)) -}}
{{- end -}}
{{- end }}

{{/*
The problem of the name of a volume or container, or nothing. Takes a list: volume or container, known
names with their places (added to here, refused ones too, so that a mount of such a volume is not a
second problem), place.
*/}}
{{- define "rota.partNameProblem" -}}
{{- $name := (index . 0).name | default "" -}}
{{- $names := index . 1 -}}
{{- $taken := index $names $name -}}
{{- if not $taken -}}{{- $_ := set $names $name (index . 2) -}}{{- end -}}
{{- if or (gt (len $name) 63) (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $name)) -}}
{{- printf "%q is refused: use lower-case letters, digits and '-' between them, at most 63 characters" $name -}}
{{- else if $taken -}}
{{- printf "%q is taken by %s; choose another name" $name $taken -}}
{{- end -}}
{{- end }}

{{/*
Problems of a container's volume mounts, one per line. Paths are compared as the container runtime
resolves them. Takes: container, where (its path and '.'), volumes (names), own (the paths that the
chart mounts in the same container, by volume).
*/}}
{{- define "rota.mountProblems" -}}
{{- $volumes := .volumes -}}
{{- $where := .where -}}
{{- $own := .own -}}
{{- $privileged := (.container.securityContext | default dict).privileged -}}
{{- $paths := dict -}}
{{- range $name, $path := $own -}}{{- $_ := set $paths $path "the chart" -}}{{- end -}}
{{- range $at, $mount := .container.volumeMounts -}}
{{- if kindIs "map" $mount -}}
{{- $here := printf "%svolumeMounts[%d]" $where $at -}}
{{- if not (hasKey $volumes ($mount.name | default "")) -}}
{{- printf "%s.name: there is no volume %q; add it to volumes\n" $here ($mount.name | default "") -}}
{{- end -}}
{{- $written := $mount.mountPath | default "" -}}
{{- $path := clean $written -}}
{{- if or (not (hasPrefix "/" $written)) (contains ":" $written) (eq $path "/") (regexMatch "^/proc(/|$)" $path) -}}
{{- printf "%s.mountPath: %q is refused: write an absolute path without ':', other than / and below /proc\n" $here $written -}}
{{- else if hasKey $paths $path -}}
{{- printf "%s.mountPath: %q is taken by %s; choose another path\n" $here $written (get $paths $path) -}}
{{- else if and $own (or (hasPrefix "/etc/rota/" $path) (eq "/dev/termination-log" $path)) -}}
{{- printf "%s.mountPath: %q is refused: /etc/rota and /dev/termination-log belong to the chart; choose another path\n" $here $written -}}
{{- else -}}
{{- range $name, $taken := $own -}}
{{- if hasPrefix (printf "%s/" $path) $taken -}}
{{- printf "%s.mountPath: %q would hide %s, which the chart mounts; choose a path below it\n" $here $written $taken -}}
{{- end -}}
{{- end -}}
{{- $_ := set $paths $path $here -}}
{{- end -}}
{{- if and $mount.subPath $mount.subPathExpr -}}
{{- printf "%s: has subPath and subPathExpr; keep one\n" $here -}}
{{- end -}}
{{- if and (eq ($mount.mountPropagation | default "") "Bidirectional") (not $privileged) -}}
{{- printf "%s.mountPropagation: Bidirectional requires a privileged container; use HostToContainer, or leave it out\n" $here -}}
{{- end -}}
{{- if has ($mount.recursiveReadOnly | default "") (list "Enabled" "IfPossible") -}}
{{- if or (not $mount.readOnly) (ne ($mount.mountPropagation | default "None") "None") -}}
{{- printf "%s.recursiveReadOnly: requires readOnly: true without mountPropagation; set that, or remove it\n" $here -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of a container next to rota's, one per line. Takes a list: path, container, whether it is a
sidecar, volumes by name with whether they may be devices.
*/}}
{{- define "rota.containerProblems" -}}
{{- $path := index . 0 -}}
{{- $container := index . 1 -}}
{{- $sidecar := index . 2 -}}
{{- $devices := index . 3 -}}
{{- range $key := list "livenessProbe" "readinessProbe" "startupProbe" "lifecycle" -}}
{{- $each := get $container $key -}}
{{- if kindIs "map" $each -}}
{{- if not $sidecar -}}
{{- printf "%s.%s: not allowed, since the container ends before rota's starts; use sidecars, or remove it\n" $path $key -}}
{{- else if ne $key "lifecycle" -}}
{{- if not (or $each.exec $each.grpc $each.httpGet $each.tcpSocket) -}}
{{- printf "%s.%s: has nothing to probe; set one of exec, grpc, httpGet, tcpSocket\n" $path $key -}}
{{- end -}}
{{- include "rota.probeTimesProblems" (list (printf "%s.%s" $path $key) $key $each) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if ($container.lifecycle | default dict).stopSignal -}}
{{- printf "%s.lifecycle.stopSignal: requires the pod's os.name, which the chart does not set; remove it\n" $path -}}
{{- end -}}
{{- $ports := dict -}}
{{- range $at, $port := $container.ports -}}
{{- $name := ($port | default dict).name | default "" -}}
{{- if and $name (hasKey $ports $name) -}}
{{- printf "%s.ports[%d].name: %q is taken by another port; choose another name\n" $path $at $name -}}
{{- end -}}
{{- $_ := set $ports $name true -}}
{{- end -}}
{{- range $at, $device := $container.volumeDevices -}}
{{- if not (get $devices (($device | default dict).name | default "")) -}}
{{- printf "%s.volumeDevices[%d].name: is not the volume of a claim; add one to volumes\n" $path $at -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of a probe's times, one per line. Takes a list: path, which probe, the probe.
*/}}
{{- define "rota.probeTimesProblems" -}}
{{- $path := index . 0 -}}
{{- $key := index . 1 -}}
{{- with index . 2 -}}
{{- if and (ne $key "readinessProbe") (gt (int64 (.successThreshold | default 1)) 1) -}}
{{- printf "%s.successThreshold: must be 1, since only a readinessProbe may have more; remove it\n" $path -}}
{{- end -}}
{{- if and (eq $key "readinessProbe") (not (kindIs "invalid" .terminationGracePeriodSeconds)) -}}
{{- printf "%s.terminationGracePeriodSeconds: not allowed, since a readinessProbe ends nothing; remove it\n" $path -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Problems of the probes of rota's container, one per line. Takes a list: scheduler or console, its
values.
*/}}
{{- define "rota.ownProbeProblems" -}}
{{- $key := first . -}}
{{- $own := last . -}}
{{- range $probe := list "livenessProbe" "readinessProbe" "startupProbe" -}}
{{- $each := get $own $probe -}}
{{- if kindIs "map" $each -}}
{{- range $handler := list "exec" "grpc" "httpGet" "tcpSocket" -}}
{{- if get $each $handler -}}
{{- printf "%s.%s.%s: not allowed, since the chart probes rota's health endpoint; only set its times\n" $key $probe $handler -}}
{{- end -}}
{{- end -}}
{{- include "rota.probeTimesProblems" (list (printf "%s.%s" $key $probe) $probe $each) -}}
{{- end -}}
{{- end -}}
{{- end }}
