{{/*
Makes the Job of a run on start. Takes: root, task.
*/}}
{{- define "rota.startJob" -}}
{{- $task := .task -}}
{{- $shared := .root.Values.rotaShared -}}
{{- $job := dict "root" .root "task" $task -}}
{{- include "rota.jobSpec" $job -}}
{{- include "rota.withoutGaps" $job.result -}}
{{- $name := printf "%s-%s" $shared.identity ($task.name | replace "_" "-") -}}
{{- $metadata := dict
  "root" .root
  "name" (include "rota.startJobName" (dict "name" $name "spec" $job.result))
  "component" "task"
  "labels" (list $task.labels)
  "ownLabels" (dict "rota/task" $task.name "rota/run-on-start" "true")
  "annotations" (list $task.annotations)
-}}
{{- include "rota.metadata" $metadata -}}
{{- /* Not what `rota.formerStartJobs` set in a revision that failed; see _reset.tpl. */ -}}
{{- include "rota.reset" (list $job.result "ttlSecondsAfterFinished") -}}
{{- $_ := set . "result" (dict "apiVersion" "batch/v1" "kind" "Job" "metadata" $metadata.result "spec" $job.result) -}}
{{- end }}

{{/*
Name of a start Job. 59 characters leave room for the pods' index; ten digits of the hash keep it
apart from the names that the CronJob controller gives, which end with eight.
Takes: name (uncut), spec.
*/}}
{{- define "rota.startJobName" -}}
{{- printf "%s-start-%s" (include "rota.shortName" (dict "name" .name "keep" "" "max" 42)) (.spec | toJson | sha256sum | trunc 10) -}}
{{- end }}

{{/*
The start Jobs of this release that the cluster has and that values name no more, as JSON: those of
the revision before, and of one that failed. As part of the upgrade they can be rolled back to, and
none is left behind: Helm refuses to roll back to an object that is there and that the revision before
does not have ("no Job with the name … found"), and Helm 3 forgets what a revision made that failed.
Kubernetes deletes them a minute after they have ended. Nothing is looked up where there is no
cluster, as in `helm template`, nor where no task runs on start.
Takes: root, names (of the start Jobs that values make; their number is what is asked).
*/}}
{{- define "rota.formerStartJobs" -}}
{{- $release := .root.Release -}}
{{- $former := list -}}
{{- if and $release.IsUpgrade .names -}}
{{- range (lookup "batch/v1" "Job" $release.Namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (eq (get $labels "rota/run-on-start") "true") (eq (get $labels "app.kubernetes.io/instance") $release.Name) (not (hasKey $.names .metadata.name)) (not .metadata.deletionTimestamp) -}}
{{- $template := dict "metadata" (pick .spec.template.metadata "annotations") "spec" .spec.template.spec -}}
{{- $_ := set $template.metadata "labels" (omit .spec.template.metadata.labels "controller-uid" "job-name" "batch.kubernetes.io/controller-uid" "batch.kubernetes.io/job-name") -}}
{{- $spec := omit .spec "selector" "template" "suspend" "manualSelector" -}}
{{- $_ := set $spec "template" $template -}}
{{- $_ := set $spec "ttlSecondsAfterFinished" 60 -}}
{{- $metadata := dict "name" .metadata.name "namespace" .metadata.namespace "labels" $labels -}}
{{- $former = append $former (dict "apiVersion" "batch/v1" "kind" "Job" "metadata" $metadata "spec" $spec) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $former | toJson -}}
{{- end }}
