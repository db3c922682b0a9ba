{{/*
Exit codes of `rota run` after which another attempt would end the same way, in ascending order.
The table is rota.exit_codes; a test reads both.
*/}}
{{- define "rota.finalExitCodes" -}}
[2, 3]
{{- end }}

{{/*
A Job's spec, for CronJobs and start Jobs. Takes: root, task.
*/}}
{{- define "rota.jobSpec" -}}
{{- $task := .task -}}
{{- $sharded := gt (int64 $task.shards) 1 -}}
{{- if $sharded -}}
completionMode: Indexed
completions: {{ int64 $task.shards }}
parallelism: {{ int64 $task.shards }}
backoffLimitPerIndex: {{ int64 $task.backoffLimit }}
{{- else -}}
backoffLimit: {{ int64 $task.backoffLimit }}
{{- end }}
activeDeadlineSeconds: {{ include "rota.jobDeadline" . }}
podFailurePolicy:
  rules:
    {{- /* A pod that was evicted, preempted or drained is no attempt, whatever it ends with. */}}
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
    - action: {{ ternary "FailIndex" "FailJob" $sharded }}
      onExitCodes:
        containerName: rota
        operator: In
        values: {{ include "rota.finalExitCodes" . }}
template:
  {{- include "rota.podTemplate" (dict
    "root" .root
    "component" "task"
    "args" (list "run" $task.name)
    "restartPolicy" "Never"
    "env" (include "rota.jobEnv" . | fromJsonArray)
    "extraEnv" $task.env
    "labels" (include "rota.joined" (list $task.labels (dict "rota/task" $task.name)) | fromJson)
    "annotations" $task.podAnnotations
    "resources" $task.resources
    "nodeSelector" $task.nodeSelector
    "tolerations" $task.tolerations
    "affinity" $task.affinity
    "priorityClassName" $task.priorityClassName
  ) | nindent 2 }}
{{- end }}

{{/*
What a pod is told of its task and its Job, as JSON. The slot comes from the Job's name: the
controller writes it nowhere else that a pod can read. Takes: root, task.
*/}}
{{- define "rota.jobEnv" -}}
{{- list
  (dict "name" "ROTA_SETTINGS" "value" (printf "%s\n" (include "rota.settings" (dict "root" .root "tasks" (list .task)))))
  (dict "name" "ROTA_CRONJOB_NAME" "value" .task.object)
  (include "rota.fieldEnv" (list "ROTA_JOB_NAME" "metadata.labels['batch.kubernetes.io/job-name']") | fromJson)
  (include "rota.fieldEnv" (list "ROTA_JOB_UID" "metadata.labels['batch.kubernetes.io/controller-uid']") | fromJson)
  (include "rota.fieldEnv" (list "ROTA_JOB_ATTEMPT" "metadata.annotations['batch.kubernetes.io/job-index-failure-count']") | fromJson)
| toJson -}}
{{- end }}

{{/*
An environment variable from a field of the pod, as JSON. Takes a list: name, path.
*/}}
{{- define "rota.fieldEnv" -}}
{{- dict "name" (index . 0) "valueFrom" (dict "fieldRef" (dict "fieldPath" (index . 1))) | toJson -}}
{{- end }}

{{/*
activeDeadlineSeconds of a task's Jobs: what the task states, else room for every attempt.
*/}}
{{- define "rota.jobDeadline" -}}
{{- if hasKey .task "activeDeadlineSeconds" -}}
{{- int64 .task.activeDeadlineSeconds -}}
{{- else -}}
{{- include "rota.activeDeadline" (dict "timeout" .task.timeoutSeconds "backoffLimit" .task.backoffLimit "grace" (include "rota.terminationGrace" .root)) -}}
{{- end -}}
{{- end }}

{{/*
Labels of a task's CronJob and Jobs.
*/}}
{{- define "rota.taskLabels" -}}
{{ include "rota.labels" .root }}
app.kubernetes.io/component: task
rota/task: {{ .task.name | quote }}
{{- with include "rota.texts" .task.labels }}
{{ . }}
{{- end }}
{{- end }}

{{/*
Name of a start Job. 59 characters leave room for the pods' index; ten digits of the hash keep it
apart from the names that the CronJob controller gives, which end with eight.
Takes: name (uncut), spec.
*/}}
{{- define "rota.startJobName" -}}
{{- printf "%s-start-%s" (include "rota.shortName" (dict "name" .name "keep" "" "max" 42)) (.spec | fromYaml | toJson | sha256sum | trunc 10) -}}
{{- end }}
