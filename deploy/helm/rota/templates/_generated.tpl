{{/*
Written by `make generate`: what the templates check values by, as JSON.
*/}}
{{- define "rota.facts" -}}
{
 "fields": {
  "absolute": {
   "like": "/.*",
   "words": "write an absolute path"
  },
  "accessMode": {
   "like": "ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod",
   "words": "use ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod"
  },
  "amount": {
   "like": "\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?|-0+",
   "words": "write a number of 0 or more with a unit, such as 250m, 64Mi or 1Gi"
  },
  "below": {
   "like": "([^/].*)?",
   "unlike": "(^|/)\\.\\.(/|$)",
   "words": "write a relative path without '..'"
  },
  "cidr": {
   "like": "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}/([0-9]|[12][0-9]|3[0-2])|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])",
   "words": "write an address and a length, such as 10.0.0.0/8"
  },
  "driver": {
   "like": "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
   "most": 63,
   "words": "use lower-case letters, digits, '-' and '.' between them, at most 63 characters"
  },
  "header": {
   "like": "[-A-Za-z0-9]+",
   "words": "use letters, digits and '-'"
  },
  "hostPath": {
   "like": "(|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice)",
   "words": "use one such as Directory or File, or leave it out"
  },
  "image": {
   "like": "\\S(.*\\S)?",
   "words": "write an image's name, without spaces around it"
  },
  "ip": {
   "like": "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*",
   "words": "write an IP address"
  },
  "key": {
   "like": "[-._a-zA-Z0-9]+",
   "most": 253,
   "unlike": "^\\.\\.?$|^\\.\\.",
   "words": "use letters, digits, '-', '_' and '.', not beginning with '..'"
  },
  "label": {
   "like": "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
   "words": "use lower-case letters, digits and '-' between them, at most 63 characters"
  },
  "labelValue": {
   "like": "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?",
   "words": "use letters, digits, '-', '_' and '.', at most 63 characters"
  },
  "medium": {
   "like": "(Memory|HugePages(-[0-9]+([KMGTPE]i|[kMGTPE])?)?)?",
   "words": "use Memory or HugePages, or leave it out"
  },
  "object": {
   "like": "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
   "most": 253,
   "words": "use lower-case letters, digits, '-' and '.' between them, at most 253 characters"
  },
  "path": {
   "like": "[^/].*",
   "unlike": "(^|/)\\.\\.(/|$)|^\\.\\.",
   "words": "write a relative path without '..'"
  },
  "portName": {
   "like": "[a-z0-9]+(-[a-z0-9]+)*",
   "most": 15,
   "unlike": "^[-0-9]+$",
   "words": "use lower-case letters, digits and '-' between them, at most 15 characters, one of them a letter; a number without quotes"
  },
  "portNumber": {
   "like": "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]",
   "words": "use a number from 1 to 65535, or the name of a port"
  },
  "qualified": {
   "like": "([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
   "most": 317,
   "unlike": "^[^/]{254}[^/]*/",
   "words": "use letters, digits, '-', '_' and '.', at most 63 characters, optionally after a prefix such as example.com/"
  },
  "search": {
   "like": "\\.|[a-z0-9]([-_.a-z0-9]*[a-z0-9])?\\.?",
   "most": 254,
   "words": "write a domain, such as shop.svc.cluster.local"
  },
  "steady": {
   "like": ".*",
   "unlike": "(^|/)\\.\\.(/|$)",
   "words": "write a path without '..'"
  },
  "sysctl": {
   "like": "[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*",
   "most": 253,
   "words": "write one such as net.ipv4.tcp_syncookies"
  },
  "tlsHost": {
   "like": "(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
   "most": 253,
   "unlike": "^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$",
   "words": "write a host name in lower-case letters, or one with *. before it"
  },
  "variable": {
   "like": "[-._a-zA-Z][-._a-zA-Z0-9]*",
   "words": "use letters, digits, '_', '-' and '.', not beginning with a digit"
  }
 },
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
  "console.access.existingSecret": "object",
  "console.access.existingSecretKey": "key",
  "console.access.userHeader": "header",
  "console.host": "host",
  "console.ingress.className": "object",
  "console.persistence.existingClaim": "object",
  "console.persistence.size": "size",
  "console.persistence.storageClassName": "object",
  "console.priorityClassName": "object",
  "console.serviceAccount.name": "object",
  "console.sizeLimit": "size",
  "fullnameOverride": "beginning",
  "global.imageRegistry": "registry",
  "image.digest": "digest",
  "image.repository": "repository",
  "image.tag": "tag",
  "nameOverride": "application",
  "podDisruptionBudget.maxUnavailable": "share",
  "runtimeClassName": "object",
  "scheduler.healthHost": "host",
  "scheduler.pages.access.existingSecret": "object",
  "scheduler.pages.access.existingSecretKey": "key",
  "scheduler.pages.access.userHeader": "header",
  "scheduler.pages.ingress.className": "object",
  "scheduler.priorityClassName": "object",
  "serviceAccount.name": "object",
  "state.persistence.existingClaim": "object",
  "state.persistence.size": "size",
  "state.persistence.storageClassName": "object",
  "state.sizeLimit": "size",
  "taskDefaults.image": "reference",
  "taskDefaults.priorityClassName": "object",
  "taskDefaults.runtimeClassName": "object",
  "taskDefaults.schedule": "schedule",
  "taskDefaults.serviceAccountName": "object",
  "taskDefaults.timezone": "timezone",
  "tmp.sizeLimit": "size"
 },
 "fragments": {
  "console.affinity": "@Affinity",
  "console.ingress.tls": "*IngressTLS",
  "console.livenessProbe": "@Probe",
  "console.networkPolicy.egress": "*NetworkPolicyEgressRule",
  "console.networkPolicy.ingressFrom": "*NetworkPolicyPeer",
  "console.readinessProbe": "@Probe",
  "console.resources": "@ResourceRequirements",
  "console.startupProbe": "@Probe",
  "console.tolerations": "*Toleration",
  "dnsConfig": "@PodDNSConfig",
  "envFrom": "*EnvFromSource",
  "hostAliases": "*HostAlias",
  "image.pullSecrets": "*LocalObjectReference",
  "initContainers": "*Container",
  "networkPolicy.egress": "*NetworkPolicyEgressRule",
  "networkPolicy.ingressFrom": "*NetworkPolicyPeer",
  "podSecurityContext": "@PodSecurityContext",
  "scheduler.affinity": "@Affinity",
  "scheduler.livenessProbe": "@Probe",
  "scheduler.pages.ingress.tls": "*IngressTLS",
  "scheduler.pages.networkPolicy.ingressFrom": "*NetworkPolicyPeer",
  "scheduler.readinessProbe": "@Probe",
  "scheduler.resources": "@ResourceRequirements",
  "scheduler.startupProbe": "@Probe",
  "scheduler.tolerations": "*Toleration",
  "securityContext": "@SecurityContext",
  "sidecars": "*Container",
  "taskDefaults.affinity": "@Affinity",
  "taskDefaults.dnsConfig": "@PodDNSConfig",
  "taskDefaults.envFrom": "*EnvFromSource",
  "taskDefaults.hostAliases": "*HostAlias",
  "taskDefaults.initContainers": "*Container",
  "taskDefaults.podSecurityContext": "@PodSecurityContext",
  "taskDefaults.resources": "@ResourceRequirements",
  "taskDefaults.securityContext": "@SecurityContext",
  "taskDefaults.tolerations": "*Toleration",
  "taskDefaults.topologySpreadConstraints": "*TopologySpreadConstraint",
  "taskDefaults.volumeMounts": "*VolumeMount",
  "taskDefaults.volumes": "*Volume",
  "topologySpreadConstraints": "*TopologySpreadConstraint",
  "volumeMounts": "*VolumeMount",
  "volumes": "*Volume"
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
  "taskDefaults.splayMinutes",
  "taskDefaults.runOnStart",
  "taskDefaults.timeoutSeconds",
  "taskDefaults.overlap",
  "taskDefaults.catchUpSeconds",
  "taskDefaults.catchUp",
  "taskDefaults.backoffLimit",
  "taskDefaults.shards",
  "taskDefaults.enabled",
  "taskDefaults.suspend",
  "taskDefaults.parallelism",
  "taskDefaults.maxFailedIndexes",
  "taskDefaults.activeDeadlineSeconds",
  "taskDefaults.largestGapSeconds",
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
  "taskDefaults.image",
  "taskDefaults.envFrom",
  "taskDefaults.volumes",
  "taskDefaults.volumeMounts",
  "taskDefaults.initContainers",
  "taskDefaults.serviceAccountName",
  "taskDefaults.automountServiceAccountToken",
  "taskDefaults.podSecurityContext",
  "taskDefaults.securityContext",
  "taskDefaults.topologySpreadConstraints",
  "taskDefaults.hostAliases",
  "taskDefaults.dnsConfig",
  "taskDefaults.runtimeClassName",
  "settings",
  "env",
  "envFrom",
  "scheduler.pages.hosts",
  "scheduler.pages.access.existingSecret",
  "scheduler.pages.access.proxies",
  "scheduler.pages.access.userHeader",
  "scheduler.pages.service.annotations",
  "scheduler.pages.ingress.className",
  "scheduler.pages.ingress.annotations",
  "scheduler.pages.ingress.hosts",
  "scheduler.pages.ingress.tls",
  "scheduler.pages.httpRoute.annotations",
  "scheduler.pages.httpRoute.parentRefs",
  "scheduler.pages.httpRoute.hostnames",
  "scheduler.pages.httpRoute.rules",
  "scheduler.pages.networkPolicy.ingressFrom",
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
  "state.sizeLimit",
  "state.persistence.existingClaim",
  "state.persistence.annotations",
  "service.annotations",
  "console.hosts",
  "console.access.existingSecret",
  "console.access.proxies",
  "console.access.userHeader",
  "console.serviceAccount.name",
  "console.serviceAccount.annotations",
  "console.service.annotations",
  "console.ingress.className",
  "console.ingress.annotations",
  "console.ingress.hosts",
  "console.ingress.tls",
  "console.httpRoute.annotations",
  "console.httpRoute.parentRefs",
  "console.httpRoute.hostnames",
  "console.httpRoute.rules",
  "console.sizeLimit",
  "console.persistence.existingClaim",
  "console.persistence.annotations",
  "console.networkPolicy.egress",
  "console.networkPolicy.ingressFrom",
  "console.resources",
  "console.annotations",
  "console.podAnnotations",
  "console.nodeSelector",
  "console.tolerations",
  "console.affinity",
  "console.priorityClassName",
  "console.livenessProbe",
  "console.readinessProbe",
  "console.startupProbe",
  "metrics.podMonitor.labels",
  "metrics.prometheusRule.labels",
  "metrics.prometheusRule.alertLabels",
  "metrics.prometheusRule.disabled",
  "metrics.prometheusRule.selector",
  "metrics.dashboard.labels",
  "metrics.dashboard.annotations",
  "tracing.endpoint",
  "tracing.linkUrl",
  "networkPolicy.egress",
  "networkPolicy.ingressFrom",
  "serviceAccount.name",
  "serviceAccount.annotations",
  "podLabels",
  "podAnnotations",
  "podSecurityContext",
  "securityContext",
  "topologySpreadConstraints",
  "hostAliases",
  "dnsConfig",
  "runtimeClassName",
  "tmp.sizeLimit",
  "volumes",
  "volumeMounts",
  "initContainers",
  "sidecars",
  "extraObjects"
 ],
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
  "scheduler.pages.enabled",
  "scheduler.pages.actions",
  "scheduler.pages.access.mode",
  "scheduler.pages.access.existingSecretKey",
  "scheduler.pages.service.type",
  "scheduler.pages.service.port",
  "scheduler.pages.ingress.enabled",
  "scheduler.pages.httpRoute.enabled",
  "state.persistence.enabled",
  "state.persistence.size",
  "state.persistence.accessModes",
  "service.enabled",
  "service.type",
  "service.port",
  "console.enabled",
  "console.host",
  "console.access.mode",
  "console.access.existingSecretKey",
  "console.serviceAccount.create",
  "console.rbac.create",
  "console.rbac.events",
  "console.service.type",
  "console.service.port",
  "console.ingress.enabled",
  "console.httpRoute.enabled",
  "console.persistence.enabled",
  "console.persistence.size",
  "console.persistence.accessModes",
  "metrics.podMonitor.enabled",
  "metrics.podMonitor.intervalSeconds",
  "metrics.prometheusRule.enabled",
  "metrics.prometheusRule.runbookUrl",
  "metrics.prometheusRule.kubeStateMetrics",
  "metrics.dashboard.enabled",
  "tracing.enabled",
  "podDisruptionBudget.enabled",
  "podDisruptionBudget.maxUnavailable",
  "networkPolicy.enabled",
  "serviceAccount.create"
 ],
 "rules": {
  "AWSElasticBlockStoreVolumeSource": {
   "need": [
    "volumeID"
   ]
  },
  "Affinity": {
   "fields": {
    "nodeAffinity": "@NodeAffinity",
    "podAffinity": "@PodAffinity",
    "podAntiAffinity": "@PodAntiAffinity"
   }
  },
  "AppArmorProfile": {
   "check": true,
   "need": [
    "type"
   ]
  },
  "AzureDiskVolumeSource": {
   "need": [
    "diskName",
    "diskURI"
   ]
  },
  "AzureFileVolumeSource": {
   "need": [
    "secretName",
    "shareName"
   ]
  },
  "CSIVolumeSource": {
   "fields": {
    "driver": "=driver",
    "nodePublishSecretRef": "@LocalObjectReference"
   },
   "need": [
    "driver"
   ]
  },
  "CephFSVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "monitors"
   ]
  },
  "CinderVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "volumeID"
   ]
  },
  "ClusterTrustBundleProjection": {
   "fields": {
    "labelSelector": "@LabelSelector"
   },
   "need": [
    "path"
   ]
  },
  "ConfigMapEnvSource": {
   "fields": {
    "name": "=object"
   },
   "need": [
    "name"
   ]
  },
  "ConfigMapKeySelector": {
   "fields": {
    "key": "=key",
    "name": "=object"
   },
   "need": [
    "key",
    "name"
   ]
  },
  "ConfigMapProjection": {
   "fields": {
    "items": "*KeyToPath"
   },
   "need": [
    "name"
   ]
  },
  "ConfigMapVolumeSource": {
   "fields": {
    "items": "*KeyToPath"
   },
   "need": [
    "name"
   ]
  },
  "Container": {
   "fields": {
    "env": "*EnvVar",
    "envFrom": "*EnvFromSource",
    "image": "=image",
    "lifecycle": "@Lifecycle",
    "livenessProbe": "@Probe",
    "ports": "*ContainerPort",
    "readinessProbe": "@Probe",
    "resizePolicy": "*ContainerResizePolicy",
    "resources": "@ResourceRequirements",
    "restartPolicyRules": "*ContainerRestartRule",
    "securityContext": "@SecurityContext",
    "startupProbe": "@Probe",
    "volumeDevices": "*VolumeDevice",
    "volumeMounts": "*VolumeMount"
   },
   "need": [
    "image",
    "name"
   ]
  },
  "ContainerPort": {
   "fields": {
    "hostIP": "=ip",
    "name": "=portName"
   }
  },
  "ContainerResizePolicy": {
   "need": [
    "resourceName",
    "restartPolicy"
   ]
  },
  "ContainerRestartRule": {
   "fields": {
    "exitCodes": "@ContainerRestartRuleOnExitCodes"
   },
   "need": [
    "action"
   ]
  },
  "ContainerRestartRuleOnExitCodes": {
   "need": [
    "operator"
   ]
  },
  "DownwardAPIProjection": {
   "fields": {
    "items": "*DownwardAPIVolumeFile"
   }
  },
  "DownwardAPIVolumeFile": {
   "check": true,
   "fields": {
    "fieldRef": "@ObjectFieldSelector",
    "path": "=path",
    "resourceFieldRef": "@ResourceFieldSelector"
   },
   "need": [
    "path"
   ],
   "one": [
    "fieldRef",
    "resourceFieldRef"
   ]
  },
  "DownwardAPIVolumeSource": {
   "fields": {
    "items": "*DownwardAPIVolumeFile"
   }
  },
  "EmptyDirVolumeSource": {
   "fields": {
    "medium": "=medium",
    "sizeLimit": "=amount"
   }
  },
  "EnvFromSource": {
   "fields": {
    "configMapRef": "@ConfigMapEnvSource",
    "prefix": "=variable",
    "secretRef": "@SecretEnvSource"
   },
   "one": [
    "configMapRef",
    "secretRef"
   ]
  },
  "EnvVar": {
   "check": true,
   "fields": {
    "name": "=variable",
    "valueFrom": "@EnvVarSource"
   },
   "need": [
    "name"
   ]
  },
  "EnvVarSource": {
   "check": true,
   "fields": {
    "configMapKeyRef": "@ConfigMapKeySelector",
    "fieldRef": "@ObjectFieldSelector",
    "fileKeyRef": "@FileKeySelector",
    "resourceFieldRef": "@ResourceFieldSelector",
    "secretKeyRef": "@SecretKeySelector"
   },
   "one": [
    "configMapKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "secretKeyRef"
   ]
  },
  "EphemeralVolumeSource": {
   "fields": {
    "volumeClaimTemplate": "@PersistentVolumeClaimTemplate"
   },
   "need": [
    "volumeClaimTemplate"
   ]
  },
  "ExecAction": {
   "need": [
    "command"
   ]
  },
  "FileKeySelector": {
   "need": [
    "key",
    "path",
    "volumeName"
   ]
  },
  "FlexVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "driver"
   ]
  },
  "GCEPersistentDiskVolumeSource": {
   "need": [
    "pdName"
   ]
  },
  "GitRepoVolumeSource": {
   "need": [
    "repository"
   ]
  },
  "GlusterfsVolumeSource": {
   "need": [
    "endpoints",
    "path"
   ]
  },
  "HTTPGetAction": {
   "fields": {
    "httpHeaders": "*HTTPHeader",
    "port": "=port"
   },
   "need": [
    "port"
   ]
  },
  "HTTPHeader": {
   "fields": {
    "name": "=header"
   },
   "need": [
    "name"
   ]
  },
  "HostAlias": {
   "fields": {
    "hostnames": "+object",
    "ip": "=ip"
   },
   "need": [
    "ip"
   ]
  },
  "HostPathVolumeSource": {
   "fields": {
    "path": "=steady",
    "type": "=hostPath"
   },
   "need": [
    "path"
   ]
  },
  "IPBlock": {
   "check": true,
   "fields": {
    "cidr": "=cidr",
    "except": "+cidr"
   },
   "need": [
    "cidr"
   ]
  },
  "ISCSIVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "iqn",
    "targetPortal"
   ]
  },
  "ImageVolumeSource": {
   "need": [
    "reference"
   ]
  },
  "IngressTLS": {
   "fields": {
    "hosts": "+tlsHost",
    "secretName": "=object"
   }
  },
  "KeyToPath": {
   "fields": {
    "key": "=key",
    "path": "=path"
   },
   "need": [
    "key",
    "path"
   ]
  },
  "LabelSelector": {
   "fields": {
    "matchExpressions": "*LabelSelectorRequirement",
    "matchLabels": "%labels"
   }
  },
  "LabelSelectorRequirement": {
   "check": true,
   "fields": {
    "key": "=qualified",
    "values": "+labelValue"
   },
   "need": [
    "key",
    "operator"
   ]
  },
  "Lifecycle": {
   "fields": {
    "postStart": "@LifecycleHandler",
    "preStop": "@LifecycleHandler"
   }
  },
  "LifecycleHandler": {
   "fields": {
    "exec": "@ExecAction",
    "httpGet": "@HTTPGetAction",
    "tcpSocket": "@TCPSocketAction"
   },
   "one": [
    "exec",
    "httpGet",
    "sleep",
    "tcpSocket"
   ]
  },
  "LocalObjectReference": {
   "fields": {
    "name": "=object"
   },
   "need": [
    "name"
   ]
  },
  "NFSVolumeSource": {
   "fields": {
    "path": "=absolute"
   },
   "need": [
    "path",
    "server"
   ]
  },
  "NetworkPolicyEgressRule": {
   "fields": {
    "ports": "*NetworkPolicyPort",
    "to": "*NetworkPolicyPeer"
   }
  },
  "NetworkPolicyPeer": {
   "check": true,
   "fields": {
    "ipBlock": "@IPBlock",
    "namespaceSelector": "@LabelSelector",
    "podSelector": "@LabelSelector"
   }
  },
  "NetworkPolicyPort": {
   "check": true,
   "fields": {
    "port": "=port"
   }
  },
  "NodeAffinity": {
   "fields": {
    "preferredDuringSchedulingIgnoredDuringExecution": "*PreferredSchedulingTerm",
    "requiredDuringSchedulingIgnoredDuringExecution": "@NodeSelector"
   }
  },
  "NodeSelector": {
   "fields": {
    "nodeSelectorTerms": "*NodeSelectorTerm"
   },
   "need": [
    "nodeSelectorTerms"
   ]
  },
  "NodeSelectorRequirement": {
   "check": true,
   "fields": {
    "key": "=qualified",
    "values": "+labelValue"
   },
   "need": [
    "key",
    "operator"
   ]
  },
  "NodeSelectorTerm": {
   "check": true,
   "fields": {
    "matchExpressions": "*NodeSelectorRequirement",
    "matchFields": "*NodeSelectorRequirement"
   }
  },
  "ObjectFieldSelector": {
   "need": [
    "fieldPath"
   ]
  },
  "ObjectMeta": {
   "fields": {
    "ownerReferences": "*OwnerReference"
   }
  },
  "OwnerReference": {
   "need": [
    "apiVersion",
    "kind",
    "name",
    "uid"
   ]
  },
  "PersistentVolumeClaimSpec": {
   "check": true,
   "fields": {
    "accessModes": "+accessMode",
    "dataSource": "@TypedLocalObjectReference",
    "dataSourceRef": "@TypedObjectReference",
    "resources": "@VolumeResourceRequirements",
    "selector": "@LabelSelector"
   },
   "need": [
    "accessModes",
    "resources"
   ]
  },
  "PersistentVolumeClaimTemplate": {
   "fields": {
    "metadata": "@ObjectMeta",
    "spec": "@PersistentVolumeClaimSpec"
   },
   "need": [
    "spec"
   ]
  },
  "PersistentVolumeClaimVolumeSource": {
   "fields": {
    "claimName": "=object"
   },
   "need": [
    "claimName"
   ]
  },
  "PhotonPersistentDiskVolumeSource": {
   "need": [
    "pdID"
   ]
  },
  "PodAffinity": {
   "fields": {
    "preferredDuringSchedulingIgnoredDuringExecution": "*WeightedPodAffinityTerm",
    "requiredDuringSchedulingIgnoredDuringExecution": "*PodAffinityTerm"
   }
  },
  "PodAffinityTerm": {
   "check": true,
   "fields": {
    "labelSelector": "@LabelSelector",
    "matchLabelKeys": "+qualified",
    "mismatchLabelKeys": "+qualified",
    "namespaceSelector": "@LabelSelector",
    "namespaces": "+label",
    "topologyKey": "=qualified"
   },
   "need": [
    "topologyKey"
   ]
  },
  "PodAntiAffinity": {
   "fields": {
    "preferredDuringSchedulingIgnoredDuringExecution": "*WeightedPodAffinityTerm",
    "requiredDuringSchedulingIgnoredDuringExecution": "*PodAffinityTerm"
   }
  },
  "PodCertificateProjection": {
   "need": [
    "keyType",
    "signerName"
   ]
  },
  "PodDNSConfig": {
   "check": true,
   "fields": {
    "nameservers": "+ip",
    "options": "*PodDNSConfigOption",
    "searches": "+search"
   }
  },
  "PodDNSConfigOption": {
   "need": [
    "name"
   ]
  },
  "PodSecurityContext": {
   "check": true,
   "fields": {
    "appArmorProfile": "@AppArmorProfile",
    "seccompProfile": "@SeccompProfile",
    "sysctls": "*Sysctl"
   }
  },
  "PortworxVolumeSource": {
   "need": [
    "volumeID"
   ]
  },
  "PreferredSchedulingTerm": {
   "fields": {
    "preference": "@NodeSelectorTerm"
   }
  },
  "Probe": {
   "fields": {
    "exec": "@ExecAction",
    "httpGet": "@HTTPGetAction",
    "tcpSocket": "@TCPSocketAction"
   },
   "most": [
    "exec",
    "grpc",
    "httpGet",
    "tcpSocket"
   ]
  },
  "ProjectedVolumeSource": {
   "check": true,
   "fields": {
    "sources": "*VolumeProjection"
   }
  },
  "QuobyteVolumeSource": {
   "need": [
    "registry",
    "volume"
   ]
  },
  "RBDVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "image",
    "monitors"
   ]
  },
  "ResourceClaim": {
   "need": [
    "name"
   ]
  },
  "ResourceFieldSelector": {
   "check": true,
   "fields": {
    "divisor": "=amount"
   },
   "need": [
    "resource"
   ]
  },
  "ResourceRequirements": {
   "check": true,
   "fields": {
    "claims": "*ResourceClaim"
   }
  },
  "ScaleIOVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   },
   "need": [
    "gateway",
    "secretRef",
    "system"
   ]
  },
  "SeccompProfile": {
   "check": true,
   "need": [
    "type"
   ]
  },
  "SecretEnvSource": {
   "fields": {
    "name": "=object"
   },
   "need": [
    "name"
   ]
  },
  "SecretKeySelector": {
   "fields": {
    "key": "=key",
    "name": "=object"
   },
   "need": [
    "key",
    "name"
   ]
  },
  "SecretProjection": {
   "fields": {
    "items": "*KeyToPath"
   },
   "need": [
    "name"
   ]
  },
  "SecretVolumeSource": {
   "fields": {
    "items": "*KeyToPath"
   },
   "need": [
    "secretName"
   ]
  },
  "SecurityContext": {
   "check": true,
   "fields": {
    "appArmorProfile": "@AppArmorProfile",
    "seccompProfile": "@SeccompProfile"
   }
  },
  "ServiceAccountTokenProjection": {
   "fields": {
    "path": "=path"
   },
   "need": [
    "path"
   ]
  },
  "StorageOSVolumeSource": {
   "fields": {
    "secretRef": "@LocalObjectReference"
   }
  },
  "Sysctl": {
   "fields": {
    "name": "=sysctl"
   },
   "need": [
    "name"
   ]
  },
  "TCPSocketAction": {
   "fields": {
    "port": "=port"
   },
   "need": [
    "port"
   ]
  },
  "Toleration": {
   "check": true,
   "fields": {
    "value": "=labelValue"
   }
  },
  "TopologySpreadConstraint": {
   "check": true,
   "fields": {
    "labelSelector": "@LabelSelector",
    "matchLabelKeys": "+qualified",
    "topologyKey": "=qualified"
   },
   "need": [
    "topologyKey",
    "whenUnsatisfiable"
   ]
  },
  "TypedLocalObjectReference": {
   "need": [
    "kind",
    "name"
   ]
  },
  "TypedObjectReference": {
   "need": [
    "kind",
    "name"
   ]
  },
  "Volume": {
   "fields": {
    "awsElasticBlockStore": "@AWSElasticBlockStoreVolumeSource",
    "azureDisk": "@AzureDiskVolumeSource",
    "azureFile": "@AzureFileVolumeSource",
    "cephfs": "@CephFSVolumeSource",
    "cinder": "@CinderVolumeSource",
    "configMap": "@ConfigMapVolumeSource",
    "csi": "@CSIVolumeSource",
    "downwardAPI": "@DownwardAPIVolumeSource",
    "emptyDir": "@EmptyDirVolumeSource",
    "ephemeral": "@EphemeralVolumeSource",
    "flexVolume": "@FlexVolumeSource",
    "gcePersistentDisk": "@GCEPersistentDiskVolumeSource",
    "gitRepo": "@GitRepoVolumeSource",
    "glusterfs": "@GlusterfsVolumeSource",
    "hostPath": "@HostPathVolumeSource",
    "image": "@ImageVolumeSource",
    "iscsi": "@ISCSIVolumeSource",
    "nfs": "@NFSVolumeSource",
    "persistentVolumeClaim": "@PersistentVolumeClaimVolumeSource",
    "photonPersistentDisk": "@PhotonPersistentDiskVolumeSource",
    "portworxVolume": "@PortworxVolumeSource",
    "projected": "@ProjectedVolumeSource",
    "quobyte": "@QuobyteVolumeSource",
    "rbd": "@RBDVolumeSource",
    "scaleIO": "@ScaleIOVolumeSource",
    "secret": "@SecretVolumeSource",
    "storageos": "@StorageOSVolumeSource",
    "vsphereVolume": "@VsphereVirtualDiskVolumeSource"
   },
   "most": [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume"
   ],
   "need": [
    "name"
   ]
  },
  "VolumeDevice": {
   "need": [
    "devicePath",
    "name"
   ]
  },
  "VolumeMount": {
   "fields": {
    "subPath": "=below",
    "subPathExpr": "=below"
   },
   "need": [
    "mountPath",
    "name"
   ]
  },
  "VolumeProjection": {
   "fields": {
    "clusterTrustBundle": "@ClusterTrustBundleProjection",
    "configMap": "@ConfigMapProjection",
    "downwardAPI": "@DownwardAPIProjection",
    "podCertificate": "@PodCertificateProjection",
    "secret": "@SecretProjection",
    "serviceAccountToken": "@ServiceAccountTokenProjection"
   },
   "most": [
    "clusterTrustBundle",
    "configMap",
    "downwardAPI",
    "podCertificate",
    "secret",
    "serviceAccountToken"
   ]
  },
  "VolumeResourceRequirements": {
   "check": true
  },
  "VsphereVirtualDiskVolumeSource": {
   "need": [
    "volumePath"
   ]
  },
  "WeightedPodAffinityTerm": {
   "fields": {
    "podAffinityTerm": "@PodAffinityTerm"
   },
   "need": [
    "podAffinityTerm"
   ]
  }
 },
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
  "OTEL_EXPORTER_OTLP_ENDPOINT": {
   "type": "string"
  },
  "OTEL_EXPORTER_OTLP_HEADERS": {
   "type": "string"
  },
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": {
   "type": "string"
  },
  "OTEL_EXPORTER_OTLP_TRACES_HEADERS": {
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
   "imported": true,
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
  "ROTA_INSTANCE": {
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
   "imported": true,
   "type": "string"
  },
  "ROTA_ONLY": {
   "type": "string"
  },
  "ROTA_PING_CA_FILE": {
   "type": "string"
  },
  "ROTA_PING_URL": {
   "type": "string"
  },
  "ROTA_PING_URL_FILE": {
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
   "imported": true,
   "type": "string"
  },
  "ROTA_TERMINATION_MESSAGE_PATH": {
   "type": "string"
  },
  "ROTA_TRACES": {
   "type": "boolean"
  },
  "ROTA_TRACE_URL": {
   "type": "string"
  },
  "ROTA_WEB_ACCESS": {
   "enum": [
    "loopback",
    "none",
    "basic",
    "bearer",
    "proxy"
   ],
   "type": "string"
  },
  "ROTA_WEB_ACTIONS": {
   "type": "boolean"
  },
  "ROTA_WEB_ADDRESS": {
   "type": "string"
  },
  "ROTA_WEB_HOSTS": {
   "type": "string"
  },
  "ROTA_WEB_PROXIES": {
   "type": "string"
  },
  "ROTA_WEB_SECRET_FILE": {
   "type": "string"
  },
  "ROTA_WEB_USER_HEADER": {
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
  "console.annotations": "annotations",
  "console.httpRoute.annotations": "annotations",
  "console.ingress.annotations": "annotations",
  "console.nodeSelector": "labels",
  "console.persistence.annotations": "annotations",
  "console.podAnnotations": "annotations",
  "console.service.annotations": "annotations",
  "console.serviceAccount.annotations": "annotations",
  "env": "environment",
  "metrics.dashboard.annotations": "annotations",
  "metrics.dashboard.labels": "labels",
  "metrics.podMonitor.labels": "labels",
  "metrics.prometheusRule.alertLabels": "labels",
  "metrics.prometheusRule.labels": "labels",
  "podAnnotations": "annotations",
  "podLabels": "labels",
  "scheduler.annotations": "annotations",
  "scheduler.nodeSelector": "labels",
  "scheduler.pages.httpRoute.annotations": "annotations",
  "scheduler.pages.ingress.annotations": "annotations",
  "scheduler.pages.service.annotations": "annotations",
  "scheduler.podAnnotations": "annotations",
  "service.annotations": "annotations",
  "serviceAccount.annotations": "annotations",
  "state.persistence.annotations": "annotations",
  "taskDefaults.annotations": "annotations",
  "taskDefaults.env": "environment",
  "taskDefaults.labels": "labels",
  "taskDefaults.nodeSelector": "labels",
  "taskDefaults.podAnnotations": "annotations"
 },
 "types": {
  "commonAnnotations": "object",
  "commonLabels": "object",
  "console.access.proxies": "array",
  "console.affinity": "object",
  "console.annotations": "object",
  "console.hosts": "array",
  "console.httpRoute.annotations": "object",
  "console.httpRoute.hostnames": "array",
  "console.httpRoute.parentRefs": "array",
  "console.httpRoute.rules": "array",
  "console.ingress.annotations": "object",
  "console.ingress.hosts": "array",
  "console.ingress.tls": "array",
  "console.livenessProbe": "object",
  "console.networkPolicy.egress": "array",
  "console.networkPolicy.ingressFrom": "array",
  "console.nodeSelector": "object",
  "console.persistence.annotations": "object",
  "console.podAnnotations": "object",
  "console.readinessProbe": "object",
  "console.resources": "object",
  "console.service.annotations": "object",
  "console.serviceAccount.annotations": "object",
  "console.startupProbe": "object",
  "console.tolerations": "array",
  "dnsConfig": "object",
  "env": "object",
  "envFrom": "array",
  "extraObjects": "array",
  "global.imagePullSecrets": "array",
  "hostAliases": "array",
  "image.pullSecrets": "array",
  "initContainers": "array",
  "metrics.dashboard.annotations": "object",
  "metrics.dashboard.labels": "object",
  "metrics.podMonitor.labels": "object",
  "metrics.prometheusRule.alertLabels": "object",
  "metrics.prometheusRule.disabled": "array",
  "metrics.prometheusRule.labels": "object",
  "networkPolicy.egress": "array",
  "networkPolicy.ingressFrom": "array",
  "podAnnotations": "object",
  "podLabels": "object",
  "podSecurityContext": "object",
  "scheduler.affinity": "object",
  "scheduler.annotations": "object",
  "scheduler.livenessProbe": "object",
  "scheduler.nodeSelector": "object",
  "scheduler.pages.access.proxies": "array",
  "scheduler.pages.hosts": "array",
  "scheduler.pages.httpRoute.annotations": "object",
  "scheduler.pages.httpRoute.hostnames": "array",
  "scheduler.pages.httpRoute.parentRefs": "array",
  "scheduler.pages.httpRoute.rules": "array",
  "scheduler.pages.ingress.annotations": "object",
  "scheduler.pages.ingress.hosts": "array",
  "scheduler.pages.ingress.tls": "array",
  "scheduler.pages.networkPolicy.ingressFrom": "array",
  "scheduler.pages.service.annotations": "object",
  "scheduler.podAnnotations": "object",
  "scheduler.readinessProbe": "object",
  "scheduler.resources": "object",
  "scheduler.startupProbe": "object",
  "scheduler.tolerations": "array",
  "securityContext": "object",
  "service.annotations": "object",
  "serviceAccount.annotations": "object",
  "settings": "object",
  "sidecars": "array",
  "state.persistence.annotations": "object",
  "taskDefaults.activeDeadlineSeconds": "integer",
  "taskDefaults.affinity": "object",
  "taskDefaults.annotations": "object",
  "taskDefaults.argocdIgnoreHealthcheck": "boolean",
  "taskDefaults.automountServiceAccountToken": "boolean",
  "taskDefaults.backoffLimit": "integer",
  "taskDefaults.catchUpSeconds": "integer",
  "taskDefaults.dnsConfig": "object",
  "taskDefaults.enabled": "boolean",
  "taskDefaults.env": "object",
  "taskDefaults.envFrom": "array",
  "taskDefaults.failedJobsHistoryLimit": "integer",
  "taskDefaults.hostAliases": "array",
  "taskDefaults.initContainers": "array",
  "taskDefaults.intervalSeconds": "integer",
  "taskDefaults.labels": "object",
  "taskDefaults.largestGapSeconds": "integer",
  "taskDefaults.maxFailedIndexes": "integer",
  "taskDefaults.nodeSelector": "object",
  "taskDefaults.parallelism": "integer",
  "taskDefaults.podAnnotations": "object",
  "taskDefaults.podSecurityContext": "object",
  "taskDefaults.resources": "object",
  "taskDefaults.runOnStart": "boolean",
  "taskDefaults.securityContext": "object",
  "taskDefaults.shards": "integer",
  "taskDefaults.splayMinutes": "integer",
  "taskDefaults.successfulJobsHistoryLimit": "integer",
  "taskDefaults.suspend": "boolean",
  "taskDefaults.timeoutSeconds": "number",
  "taskDefaults.tolerations": "array",
  "taskDefaults.topologySpreadConstraints": "array",
  "taskDefaults.ttlSecondsAfterFinished": "integer",
  "taskDefaults.volumeMounts": "array",
  "taskDefaults.volumes": "array",
  "tasks": "object",
  "topologySpreadConstraints": "array",
  "volumeMounts": "array",
  "volumes": "array"
 }
}
{{- end }}
