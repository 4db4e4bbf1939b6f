import type { Category } from "../../alerts/rule";
import type { Inventory } from "../../stacks/inventory";
import { targetOf } from "../../stacks/targets";

/** Which dashboard shows what a category is about. @default the DevOps one */
const dashboards: Partial<Record<Category, string>> = {
  infrastructure: "all-servers-executive",
  database: "dba-dashboard",
  mlops: "mlops-dashboard",
};
const otherDashboard = "devops-dashboard";

const colours = { emergency: "#8e0000", critical: "#c62828", warning: "#b26a00", info: "#37608b" };
const resolvedColour = "#2e7d32";

/**
 * The templates of the messages that people read, in Go's template language. In the HTML part whatever stands in
 * labels and annotations is escaped by the engine; in Slack's, by us.
 * @see https://prometheus.io/docs/alerting/latest/notifications/
 */
export function messageTemplates(inventory: Inventory): string {
  const { server, port } = targetOf("grafana", inventory);
  return [common(`http://${server.address}:${port}`), textPart, htmlPart, slack].join("\n");
}

/** The first branch whose value equals what the template's expression says; in the template language. */
function choose(what: string, branches: Record<string, string>, otherwise: string): string {
  const conditions = Object.entries(branches).map(([value, text]) => `if eq ${what} "${value}" }}${text}{{ else `);
  return `{{ ${conditions.join("")}}}${otherwise}{{ end }}`;
}

/** Of a whole message: its title. Of one alert: its state, its place, its dashboard. */
const common = (grafana: string) => `
{{ define "title" }}[{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ with .CommonLabels.severity }}{{ . | toUpper }}{{ else }}ALERT{{ end }}{{ end }}] {{ .GroupLabels.alertname }}{{ with .GroupLabels.server }} on {{ . }}{{ end }}{{ if gt (len .Alerts) 1 }} ({{ len .Alerts }}){{ end }}{{ end }}

{{ define "since" }}{{ .StartsAt.UTC | date "2006-01-02 15:04" }} UTC{{ end }}

{{ define "until" }}{{ .EndsAt.UTC | date "2006-01-02 15:04" }} UTC{{ end }}

{{ define "where" }}{{ with .Labels.server }}{{ . }}{{ else }}{{ $.Labels.instance }}{{ end }}{{ with .Labels.environment }} ({{ . }}){{ end }}{{ range .Labels.SortedPairs }}{{ if not (match "^(alertname|server|instance|environment|severity|category|job)$" .Name) }}, {{ .Name }} {{ .Value }}{{ end }}{{ end }}{{ end }}

{{ define "dashboard" }}${grafana}/d/${choose(".Labels.category", dashboards, otherDashboard)}{{ with .Labels.server }}?var-server={{ . }}{{ end }}{{ end }}
`;

const textPart = `
{{ define "text.silence" }}{{ range $index, $label := .Labels.SortedPairs }}{{ if $index }}%2C{{ end }}{{ $label.Name }}%3D{{ printf "%q" $label.Value | urlquery | reReplaceAll "\\\\+" "%20" }}{{ end }}{{ end }}

{{ define "text" }}{{ $url := .ExternalURL }}{{ range .Alerts }}
{{ if eq .Status "resolved" }}RESOLVED: {{ end }}{{ .Annotations.summary }}

{{ .Annotations.description }}

Where:     {{ template "where" . }}
Since:     {{ template "since" . }}
{{- if eq .Status "resolved" }}
Until:     {{ template "until" . }}{{ end }}
Impact:    {{ .Annotations.impact }}
Runbook:   {{ .Annotations.runbook_url }}
Dashboard: {{ template "dashboard" . }}
{{- if eq .Status "firing" }}
Silence:   {{ $url }}/#/silences/new?filter=%7B{{ template "text.silence" . }}%7D{{ end }}
{{ end }}{{ end }}
`;

/** One column, no more than a phone is wide, links that a thumb can hit, and no image to load. */
const htmlPart = `
{{ define "html.link" }}display:inline-block;margin:8px 8px 0 0;padding:10px 14px;border:1px solid #9aa0a6;border-radius:6px;color:#1a237e;text-decoration:none{{ end }}

{{ define "html" }}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{{ template "title" . }}</title></head>
<body style="margin:0;padding:12px;background:#f1f3f4;font:16px/1.45 -apple-system,Segoe UI,Roboto,sans-serif;color:#202124">
{{ $url := .ExternalURL }}{{ range .Alerts }}
<div style="max-width:560px;margin:0 auto 12px;background:#fff;border-radius:8px;overflow:hidden">
<div style="padding:10px 16px;color:#fff;font-weight:600;background:{{ if eq .Status "resolved" }}${resolvedColour}{{ else }}${choose(".Labels.severity", colours, colours.info)}{{ end }}">{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ .Labels.severity | toUpper }}{{ end }} · {{ .Labels.alertname }}</div>
<div style="padding:14px 16px 18px">
<p style="margin:0 0 8px;font-size:18px;font-weight:600">{{ .Annotations.summary }}</p>
<p style="margin:0 0 12px">{{ .Annotations.description }}</p>
<p style="margin:0 0 4px"><b>Where</b> {{ template "where" . }}</p>
<p style="margin:0 0 4px"><b>Since</b> {{ template "since" . }}</p>
{{ if eq .Status "resolved" }}<p style="margin:0 0 4px"><b>Until</b> {{ template "until" . }}</p>{{ end }}
<p style="margin:0 0 4px"><b>Impact</b> {{ .Annotations.impact }}</p>
<a style="{{ template "html.link" }}" href="{{ .Annotations.runbook_url }}">Runbook</a>
<a style="{{ template "html.link" }}" href="{{ template "dashboard" . }}">Dashboard</a>
{{ if eq .Status "firing" }}<a style="{{ template "html.link" }}" href="{{ $url }}/#/silences/new?filter=%7B{{ range $index, $label := .Labels.SortedPairs }}{{ if $index }}%2C{{ end }}{{ $label.Name }}%3D{{ printf "%q" $label.Value }}{{ end }}%7D">Silence</a>{{ end }}
</div></div>
{{ end }}</body></html>{{ end }}
`;

/** Slack takes \`<!channel>\` and \`<https://…>\` in a text for a call and a link: an alert's own text must not make one. */
const slack = `
{{ define "slack.safe" }}{{ . | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}{{ end }}

{{ define "slack.text" }}{{ $url := .ExternalURL }}{{ range .Alerts }}
*{{ template "slack.safe" .Annotations.summary }}*
{{ template "slack.safe" .Annotations.description }}
_Since_ {{ template "since" . }}{{ if eq .Status "resolved" }}, _until_ {{ template "until" . }}{{ end }}
_Impact_ {{ template "slack.safe" .Annotations.impact }}
<{{ .Annotations.runbook_url }}|Runbook> · <{{ template "dashboard" . }}|Dashboard>{{ if eq .Status "firing" }} · <{{ $url }}/#/silences/new?filter=%7B{{ template "text.silence" . }}%7D|Silence>{{ end }}
{{ end }}{{ end }}

{{ define "slack.title" }}{{ template "title" . }}{{ end }}

{{ define "slack.colour" }}{{ if eq .Status "resolved" }}${resolvedColour}{{ else }}${choose(".CommonLabels.severity", colours, colours.info)}{{ end }}{{ end }}
`;
