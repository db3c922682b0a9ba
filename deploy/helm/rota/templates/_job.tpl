{{/*
Exit codes of `rota run` after which another attempt would end the same way, in ascending order.
The table is rota.exit_codes; a test reads both.
*/}}
{{- define "rota.finalExitCodes" -}}
[2, 3, 7]
{{- end }}

{{/*
Makes a Job's spec, for CronJobs and start Jobs. Takes: root, task.
*/}}
{{- define "rota.jobSpec" -}}
{{- $task := .task -}}
{{- $sharded := gt (int64 $task.shards) 1 -}}
{{- /* A pod that was evicted, preempted or drained is no attempt, whatever it ends with. */ -}}
{{- $disrupted := dict "action" "Ignore" "onPodConditions" (list (dict "type" "DisruptionTarget" "status" "True")) -}}
{{- $final := dict
  "action" (ternary "FailIndex" "FailJob" $sharded)
  "onExitCodes" (dict "containerName" "rota" "operator" "In" "values" (include "rota.finalExitCodes" . | fromJsonArray))
-}}
{{- $pod := dict
  "root" .root
  "component" "task"
  "args" (list "run" $task.name)
  "own" $task
  "restartPolicy" "Never"
  "extraEnv" $task.env
  "labels" (list $task.labels)
  "ownLabels" (dict "rota/task" $task.name)
  "annotations" (list $task.podAnnotations)
-}}
{{- /* The slot comes from the Job's name: the controller writes it nowhere else that a pod can read. */ -}}
{{- $_ := set $pod "env" (list
  (dict "name" "ROTA_SETTINGS" "value" $task.settings)
  (dict "name" "ROTA_CRONJOB_NAME" "value" $task.object)
  (include "rota.fieldEnv" (list "ROTA_JOB_NAME" "metadata.labels['batch.kubernetes.io/job-name']") | fromJson)
  (include "rota.fieldEnv" (list "ROTA_JOB_UID" "metadata.labels['batch.kubernetes.io/controller-uid']") | fromJson)
  (include "rota.fieldEnv" (list "ROTA_JOB_ATTEMPT" "metadata.annotations['batch.kubernetes.io/job-index-failure-count']") | fromJson)
) -}}
{{- include "rota.podTemplate" $pod -}}
{{- $spec := dict
  "activeDeadlineSeconds" $task.deadline
  "podFailurePolicy" (dict "rules" (list $disrupted $final))
  "template" $pod.result
-}}
{{- if $sharded -}}
{{- $_ := set $spec "completionMode" "Indexed" -}}
{{- $_ := set $spec "completions" (int64 $task.shards) -}}
{{- $_ := set $spec "parallelism" (int64 $task.atOnce) -}}
{{- if hasKey $task "maxFailedIndexes" -}}{{- $_ := set $spec "maxFailedIndexes" (int64 $task.maxFailedIndexes) -}}{{- end -}}
{{- $_ := set $spec "backoffLimitPerIndex" (int64 $task.backoffLimit) -}}
{{- else -}}
{{- $_ := set $spec "backoffLimit" (int64 $task.backoffLimit) -}}
{{- end -}}
{{- $_ := set . "result" $spec -}}
{{- end }}

{{/*
Makes a CronJob. Takes: root, task.
*/}}
{{- define "rota.cronjob" -}}
{{- $task := .task -}}
{{- $metadata := dict
  "root" .root
  "component" "task"
  "labels" (list $task.labels)
  "ownLabels" (dict "rota/task" $task.name)
  "annotations" (list $task.annotations)
-}}
{{- $template := omit $metadata "" -}}
{{- include "rota.metadata" $template -}}
{{- $_ := set $metadata "name" $task.object -}}
{{- if $task.argocdIgnoreHealthcheck -}}
{{- $_ := set $metadata "annotations" (list $task.annotations (dict "argocd.argoproj.io/ignore-healthcheck" "true")) -}}
{{- end -}}
{{- include "rota.metadata" $metadata -}}
{{- include "rota.jobSpec" . -}}
{{- $job := .result -}}
{{- $spec := dict
  "schedule" $task.cron
  "timeZone" $task.timezone
  "concurrencyPolicy" (title $task.overlap)
  "jobTemplate" (dict "metadata" $template.result "spec" $job)
-}}
{{- /* Not where it is false: that would end what somebody suspended by hand. */ -}}
{{- if $task.suspend -}}{{- $_ := set $spec "suspend" true -}}{{- end -}}
{{- if hasKey $task "startingDeadlineSeconds" -}}{{- $_ := set $spec "startingDeadlineSeconds" $task.startingDeadlineSeconds -}}{{- end -}}
{{- range $key := list "successfulJobsHistoryLimit" "failedJobsHistoryLimit" -}}
{{- if hasKey $task $key -}}{{- $_ := set $spec $key (get $task $key | int64) -}}{{- end -}}
{{- end -}}
{{- if hasKey $task "ttlSecondsAfterFinished" -}}
{{- $_ := set $job "ttlSecondsAfterFinished" (int64 $task.ttlSecondsAfterFinished) -}}
{{- end -}}
{{- $_ := set . "result" (dict "apiVersion" "batch/v1" "kind" "CronJob" "metadata" $metadata.result "spec" $spec) -}}
{{- end }}

{{/*
Makes the CronJobs of a thousand tasks as quickly as Helm can read them: one for all tasks that
differ in nothing but their name, schedule, settings and deadlines, printed with a mark in the place
of each, as a format for `printf`. A percent sign in it is doubled. Takes: root, task.
*/}}
{{- define "rota.cronjobFormat" -}}
{{- $marks := dict "name" "rota-mark-task" "object" "rota-mark-object" "cron" "rota-mark-schedule" "timezone" "rota-mark-zone" "settings" "rota-mark-settings" "deadline" "rota-mark-deadline" "startingDeadlineSeconds" "rota-mark-starting-deadline" -}}
{{- $model := omit .task "" -}}
{{- range $key, $mark := $marks -}}
{{- if hasKey $model $key -}}{{- $_ := set $model $key $mark -}}{{- end -}}
{{- end -}}
{{- $cronjob := dict "root" .root "task" $model -}}
{{- include "rota.cronjob" $cronjob -}}
{{- $format := include "rota.printReset" (dict "root" .root "object" $cronjob.result) | replace "%" "%%" -}}
{{- range $at, $key := list "name" "object" "cron" "timezone" "settings" "deadline" "startingDeadlineSeconds" -}}
{{- $format = $format | replace (get $marks $key) (printf "%%[%d]v" (add1 $at)) -}}
{{- end -}}
{{- $_ := set . "result" $format -}}
{{- end }}
