{{/* Name of everything that the operator is made of. */}}
{{- define "modelfleet.name" -}}
{{- if contains "modelfleet" .Release.Name -}}
{{- printf "%s-operator" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-modelfleet-operator" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels by which the operator's pods are found. */}}
{{- define "modelfleet.selectorLabels" -}}
app.kubernetes.io/name: modelfleet
app.kubernetes.io/component: operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of everything. */}}
{{- define "modelfleet.labels" -}}
{{ include "modelfleet.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Reference of an image: list of its values, its name in values.yaml, the tag where none is given. */}}
{{- define "modelfleet.image" -}}
{{- $image := index . 0 -}}
{{- $name := index . 1 -}}
{{- $tag := index . 2 -}}
{{- $repository := required (printf "%s.repository is not set: give the image's repository, for example --set %s.repository=registry.example.com/modelfleet/%s" $name $name (ternary "operator" "runtime" (eq $name "image"))) $image.repository -}}
{{- if $image.digest -}}
{{ $repository }}@{{ $image.digest }}
{{- else -}}
{{ $repository }}:{{ default $tag $image.tag }}
{{- end -}}
{{- end -}}
