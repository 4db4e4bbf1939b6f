package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// server routes Grafana's HTTP API to the store.
type server struct {
	settings *settings
	store    *store
	log      *slog.Logger
	metrics  *metrics
	sessions *sessions
	// subPath is the path in root_url, which Grafana puts before every link.
	subPath string
	mux     *http.ServeMux
}

// newServer is the whole site: API, metrics and pages.
func newServer(settings *settings, store *store, log *slog.Logger) (http.Handler, error) {
	root, err := url.Parse(settings.get("server", "root_url", ""))
	if err != nil {
		return nil, errors.New("[server] root_url is not an address")
	}
	s := &server{
		settings: settings, store: store, log: log, metrics: newMetrics(), sessions: newSessions(),
		subPath: strings.TrimRight(root.Path, "/"), mux: http.NewServeMux(),
	}
	s.open("GET /api/health", s.health)
	s.mux.HandleFunc("GET /metrics", s.showMetrics)
	s.adminRoutes()
	s.folderRoutes()
	s.dashboardRoutes()
	s.datasourceRoutes()
	s.pageRoutes()
	s.secured("/api/", func(*http.Request) (any, error) { return nil, refuse(http.StatusNotFound, "Not found") })
	if s.subPath == "" {
		return s.measured(s.mux), nil
	}
	// With serve_from_sub_path the site is below the path, without it a proxy in front has removed it: take both.
	whole := http.NewServeMux()
	whole.Handle("/", s.measured(s.mux))
	whole.Handle(s.subPath+"/", http.StripPrefix(s.subPath, s.measured(s.mux)))
	return whole, nil
}

// endpoint answers one request with a value to be written as JSON, or with a refusal.
type endpoint func(*http.Request) (any, error)

// refusal is an error that has a place in Grafana's API.
type refusal struct {
	code int
	body map[string]any
}

func (r refusal) Error() string { return r.body["message"].(string) }

// refuse is Grafana's usual error; `status` is its machine-readable reason, where there is one.
func refuse(code int, message string, status ...string) error {
	body := map[string]any{"message": message, "traceID": ""}
	if len(status) > 0 {
		body["status"] = status[0]
	}
	return refusal{code, body}
}

// open is an endpoint for everybody.
func (s *server) open(pattern string, answer endpoint) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		value, err := answer(r)
		s.reply(w, r, value, err)
	})
}

// secured is an endpoint for whoever has the password, and for readers where [auth.anonymous] lets them in.
func (s *server) secured(pattern string, answer endpoint) {
	s.open(pattern, func(r *http.Request) (any, error) {
		if err := s.authorize(r); err != nil {
			return nil, err
		}
		return answer(r)
	})
}

func (s *server) authorize(r *http.Request) error {
	name, password, given := r.BasicAuth()
	if !given {
		isAdmin := strings.HasPrefix(r.URL.Path, "/api/admin/")
		if s.settings.enabled("auth.anonymous", "enabled", false) && r.Method == http.MethodGet && !isAdmin {
			return nil
		}
		return refusal{http.StatusUnauthorized, map[string]any{
			"extra": nil, "message": "Unauthorized", "messageId": "auth.unauthorized", "statusCode": 401, "traceID": "",
		}}
	}
	if !s.isAdmin(name, password) {
		return refusal{http.StatusUnauthorized, map[string]any{
			"message": "Invalid username or password", "messageId": "password-auth.failed", "statusCode": 401, "traceID": "",
		}}
	}
	return nil
}

func (s *server) isAdmin(name, password string) bool {
	var admin user
	err := s.store.view(func(c *contents) error { admin = c.Admin; return nil })
	known := name == admin.Login || name == admin.Email
	// The hash is computed for an unknown name too: how long it takes tells nothing.
	return isPassword(admin.Password, password) && known && err == nil
}

func (s *server) reply(w http.ResponseWriter, r *http.Request, value any, err error) {
	code := http.StatusOK
	if err != nil {
		var refused refusal
		if errors.As(err, &refused) {
			code, value = refused.code, refused.body
		} else {
			code, value = http.StatusInternalServerError, map[string]any{"message": "Internal Server Error", "traceID": ""}
			s.log.Error("Request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		s.log.Debug("Client went away", "path", r.URL.Path, "error", err)
	}
}

// body decodes a request. Numbers stay as they were written, for dashboards to come back unchanged.
func body(r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 16<<20))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return refuse(http.StatusBadRequest, "bad request data")
	}
	return nil
}
