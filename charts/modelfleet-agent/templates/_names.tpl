{{/* Labels of everything. */}}
{{- define "agent.labels" -}}
app.kubernetes.io/name: modelfleet-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What the agent may do where models are served: the same that a kubeconfig for push needs. */}}
{{- define "agent.rules" -}}
- apiGroups: [apps]
  resources: [deployments, daemonsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
# Sees pods that fail.
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
# Puts the Secrets there with which pods pull.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
{{- end -}}
