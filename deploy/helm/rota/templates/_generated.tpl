{{/*
Written by `make generate`: what the templates check values by, as JSON.
*/}}
{{- define "rota.facts" -}}
{
 "forms": {
  "businessApi.ca.existingConfigMap": "object",
  "businessApi.ca.existingSecret": "object",
  "businessApi.ca.key": "key",
  "businessApi.clientCertificate.certificateKey": "key",
  "businessApi.clientCertificate.existingSecret": "object",
  "businessApi.clientCertificate.privateKeyKey": "key",
  "businessApi.existingSecret": "object",
  "businessApi.existingSecretKey": "key",
  "businessApi.url": "url",
  "fullnameOverride": "beginning",
  "global.imageRegistry": "registry",
  "image.digest": "digest",
  "image.repository": "repository",
  "image.tag": "tag",
  "nameOverride": "application",
  "podDisruptionBudget.maxUnavailable": "share",
  "scheduler.healthHost": "host",
  "scheduler.priorityClassName": "object",
  "serviceAccount.name": "object",
  "state.persistence.existingClaim": "object",
  "state.persistence.size": "size",
  "state.persistence.storageClassName": "object",
  "taskDefaults.priorityClassName": "object",
  "taskDefaults.schedule": "schedule",
  "taskDefaults.timezone": "timezone"
 },
 "optional": [
  "global.imageRegistry",
  "global.imagePullSecrets",
  "nameOverride",
  "fullnameOverride",
  "commonLabels",
  "commonAnnotations",
  "image.tag",
  "image.digest",
  "image.pullSecrets",
  "businessApi.url",
  "businessApi.existingSecret",
  "businessApi.serviceAccountToken.audience",
  "businessApi.ca.existingSecret",
  "businessApi.ca.existingConfigMap",
  "businessApi.clientCertificate.existingSecret",
  "tasks",
  "taskDefaults.intervalSeconds",
  "taskDefaults.schedule",
  "taskDefaults.timezone",
  "taskDefaults.enabled",
  "taskDefaults.suspend",
  "taskDefaults.runOnStart",
  "taskDefaults.timeoutSeconds",
  "taskDefaults.overlap",
  "taskDefaults.catchUpSeconds",
  "taskDefaults.splayMinutes",
  "taskDefaults.backoffLimit",
  "taskDefaults.shards",
  "taskDefaults.activeDeadlineSeconds",
  "taskDefaults.successfulJobsHistoryLimit",
  "taskDefaults.failedJobsHistoryLimit",
  "taskDefaults.ttlSecondsAfterFinished",
  "taskDefaults.argocdIgnoreHealthcheck",
  "taskDefaults.env",
  "taskDefaults.resources",
  "taskDefaults.labels",
  "taskDefaults.annotations",
  "taskDefaults.podAnnotations",
  "taskDefaults.nodeSelector",
  "taskDefaults.tolerations",
  "taskDefaults.affinity",
  "taskDefaults.priorityClassName",
  "settings",
  "env",
  "envFrom",
  "scheduler.resources",
  "scheduler.annotations",
  "scheduler.podAnnotations",
  "scheduler.nodeSelector",
  "scheduler.tolerations",
  "scheduler.affinity",
  "scheduler.priorityClassName",
  "scheduler.livenessProbe",
  "scheduler.readinessProbe",
  "scheduler.startupProbe",
  "state.persistence.existingClaim",
  "state.persistence.annotations",
  "service.annotations",
  "networkPolicy.egress",
  "networkPolicy.ingressFrom",
  "serviceAccount.name",
  "serviceAccount.annotations",
  "podLabels",
  "podAnnotations",
  "podSecurityContext",
  "securityContext",
  "volumes",
  "volumeMounts",
  "initContainers",
  "sidecars"
 ],
 "quoted": {
  "activeDeadlineSeconds": "integer",
  "argocdIgnoreHealthcheck": "boolean",
  "backoffLimit": "integer",
  "catchUpSeconds": "integer",
  "enabled": "boolean",
  "failedJobsHistoryLimit": "integer",
  "intervalSeconds": "integer",
  "runOnStart": "boolean",
  "shards": "integer",
  "splayMinutes": "integer",
  "successfulJobsHistoryLimit": "integer",
  "suspend": "boolean",
  "timeoutSeconds": "integer",
  "ttlSecondsAfterFinished": "integer"
 },
 "required": [
  "enabled",
  "mode",
  "image.repository",
  "image.pullPolicy",
  "businessApi.existingSecretKey",
  "businessApi.serviceAccountToken.enabled",
  "businessApi.serviceAccountToken.expirationSeconds",
  "businessApi.ca.key",
  "businessApi.clientCertificate.certificateKey",
  "businessApi.clientCertificate.privateKeyKey",
  "suspendAll",
  "gracePeriodSeconds",
  "scheduler.replicas",
  "scheduler.healthHost",
  "state.persistence.enabled",
  "state.persistence.size",
  "state.persistence.accessModes",
  "service.enabled",
  "service.type",
  "service.port",
  "podDisruptionBudget.enabled",
  "podDisruptionBudget.maxUnavailable",
  "networkPolicy.enabled",
  "serviceAccount.create"
 ],
 "settings": {
  "BUSINESS_API_URL": {
   "type": "string"
  },
  "DEBUG": {
   "type": "boolean"
  },
  "JOB_COMPLETION_INDEX": {
   "maximum": 9007199254740992,
   "minimum": 0,
   "type": "integer"
  },
  "LOG_LEVEL": {
   "enum": [
    "DEBUG",
    "INFO",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "TRACE",
    "INFORMATION",
    "WARN",
    "ERR",
    "CRIT",
    "FATAL",
    "10",
    "20",
    "30",
    "40",
    "50"
   ],
   "type": "string"
  },
  "ROTA_API_ATTEMPTS": {
   "maximum": 20,
   "minimum": 1,
   "type": "integer"
  },
  "ROTA_API_BACKOFF_SECONDS": {
   "maximum": 3600,
   "minimum": 0,
   "type": "number"
  },
  "ROTA_API_CA_FILE": {
   "type": "string"
  },
  "ROTA_API_CLIENT": {
   "type": "string"
  },
  "ROTA_API_CLIENT_CERT_FILE": {
   "type": "string"
  },
  "ROTA_API_CLIENT_KEY_FILE": {
   "type": "string"
  },
  "ROTA_API_DEADLINE_SECONDS": {
   "exclusiveMinimum": 0,
   "maximum": 86400,
   "type": "number"
  },
  "ROTA_API_IDEMPOTENT": {
   "type": "boolean"
  },
  "ROTA_API_MAX_PAGES": {
   "maximum": 100000,
   "minimum": 1,
   "type": "integer"
  },
  "ROTA_API_MAX_RESPONSE_BYTES": {
   "maximum": 2147483648,
   "minimum": 1024,
   "type": "integer"
  },
  "ROTA_API_TIMEOUT_SECONDS": {
   "exclusiveMinimum": 0,
   "maximum": 86400,
   "type": "number"
  },
  "ROTA_API_TOKEN": {
   "type": "string"
  },
  "ROTA_API_TOKEN_FILE": {
   "type": "string"
  },
  "ROTA_CRONJOB_NAME": {
   "type": "string"
  },
  "ROTA_FAN_OUT_CONCURRENCY": {
   "maximum": 1000,
   "minimum": 1,
   "type": "integer"
  },
  "ROTA_GRACE_SECONDS": {
   "maximum": 3600,
   "minimum": 0,
   "type": "number"
  },
  "ROTA_HEALTH_ADDRESS": {
   "type": "string"
  },
  "ROTA_JOB_ATTEMPT": {
   "maximum": 9007199254740992,
   "minimum": 0,
   "type": "integer"
  },
  "ROTA_JOB_NAME": {
   "type": "string"
  },
  "ROTA_JOB_UID": {
   "type": "string"
  },
  "ROTA_LOG_FORMAT": {
   "enum": [
    "auto",
    "json",
    "console"
   ],
   "type": "string"
  },
  "ROTA_MAX_CONCURRENT_RUNS": {
   "maximum": 10000,
   "minimum": 1,
   "type": "integer"
  },
  "ROTA_NAMESPACE": {
   "type": "string"
  },
  "ROTA_OBSERVERS": {
   "type": "string"
  },
  "ROTA_ONLY": {
   "type": "string"
  },
  "ROTA_RELEASE": {
   "maxLength": 63,
   "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
   "type": "string"
  },
  "ROTA_SETTINGS": {
   "type": "string"
  },
  "ROTA_SETTINGS_FILE": {
   "type": "string"
  },
  "ROTA_STATE_PATH": {
   "type": "string"
  },
  "ROTA_TASKS": {
   "type": "string"
  },
  "ROTA_TERMINATION_MESSAGE_PATH": {
   "type": "string"
  },
  "TASK_INTERVAL_SECONDS": {
   "maximum": 316224000,
   "minimum": 1,
   "type": "integer"
  }
 },
 "texts": {
  "commonAnnotations": "annotations",
  "commonLabels": "labels",
  "env": "environment",
  "podAnnotations": "annotations",
  "podLabels": "labels",
  "scheduler.annotations": "annotations",
  "scheduler.nodeSelector": "labels",
  "scheduler.podAnnotations": "annotations",
  "service.annotations": "annotations",
  "serviceAccount.annotations": "annotations",
  "state.persistence.annotations": "annotations",
  "taskDefaults.annotations": "annotations",
  "taskDefaults.env": "environment",
  "taskDefaults.labels": "labels",
  "taskDefaults.nodeSelector": "labels",
  "taskDefaults.podAnnotations": "annotations"
 }
}
{{- end }}
