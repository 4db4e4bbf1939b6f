/** A user name and a password, and what a server keeps of it. */
export interface Credential {
  user: string;
  password: string;
  /** bcrypt hash of the password, as exporter-toolkit's web configuration wants it. */
  bcrypt: string;
}

/** Who may ask whom; one generated password each. */
export interface Credentials {
  /** Prometheus → the exporters that can ask for a password, on every server. */
  exporters: Credential;
  /** People, Grafana and Prometheus itself → Prometheus. */
  prometheus: Credential;
  /** People, Grafana and Prometheus → Alertmanager. */
  alertmanager: Credential;
  /** People → Grafana. */
  grafana: Credential;
}

export const credentialUsers = {
  exporters: "monitoring",
  prometheus: "monitoring",
  alertmanager: "monitoring",
  grafana: "admin",
} as const satisfies Record<keyof Credentials, string>;

/** Stand in where files are written for people to read: well-formed, and good for nothing. */
export const placeholderCredentials: Credentials = {
  exporters: placeholder("exporters"),
  prometheus: placeholder("prometheus"),
  alertmanager: placeholder("alertmanager"),
  grafana: placeholder("grafana"),
};

function placeholder(name: keyof Credentials): Credential {
  return {
    user: credentialUsers[name],
    password: `<password ${name}>`,
    bcrypt: `$2a$10$${"placeholder.".repeat(5).slice(0, 53)}`,
  };
}
