package main

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// page is what every page shows.
type page struct {
	Title, SubPath, Version string
	Failed                  bool
	Folders                 []folderRow
	Datasources             []*datasource
	Dashboard               *dashboard
	Folder                  string
	Panels                  []panelRow
}

type folderRow struct {
	Title      string
	Dashboards []*dashboard
}

type panelRow struct {
	Title, Kind, Description string
	IsRow                    bool
	Queries                  []string
}

// Name is the dashboard's title, for the pages.
func (d *dashboard) Name() string { return d.title() }

// pageRoutes are what a person meets in a browser.
func (s *server) pageRoutes() {
	s.mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { s.show(w, http.StatusOK, "login.html", page{}) })
	s.mux.HandleFunc("POST /login", s.signIn)
	s.mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.end(w, r, s.subPath+"/")
		http.Redirect(w, r, s.subPath+"/login", http.StatusSeeOther)
	})
	s.page("GET /{$}", s.home)
	s.page("GET /dashboards", s.home)
	s.page("GET /dashboards/f/{uid}/{slug...}", s.home)
	s.page("GET /d/{uid}/{slug...}", s.dashboardPage)
	s.page("GET /d/{uid}", s.dashboardPage)
}

// page is for whoever has signed in; others are sent to /login, as Grafana does.
func (s *server) page(pattern string, build func(*http.Request) (string, page, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		_, _, basic := r.BasicAuth()
		readers := s.settings.enabled("auth.anonymous", "enabled", false)
		if !s.sessions.valid(r) && !readers && !(basic && s.authorize(r) == nil) {
			http.Redirect(w, r, s.subPath+"/login", http.StatusFound)
			return
		}
		name, content, err := build(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		s.show(w, http.StatusOK, name, content)
	})
}

func (s *server) show(w http.ResponseWriter, code int, name string, content page) {
	content.SubPath, content.Version = s.subPath, version
	content.Title = cmp.Or(content.Title, "Stand-in for Grafana")
	var text bytes.Buffer
	if err := pages.ExecuteTemplate(&text, name, content); err != nil {
		s.log.Error("Page failed", "page", name, "error", err)
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = text.WriteTo(w) // a client that went away is no failure
}

// signIn takes the form of the page, and the JSON that Grafana's own page sends.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var given struct{ User, Password string }
		err := body(r, &given)
		if err == nil && !s.isAdmin(given.User, given.Password) {
			err = refuse(http.StatusUnauthorized, "Invalid username or password")
		}
		if err == nil {
			s.sessions.begin(w, s.subPath+"/")
		}
		s.reply(w, r, map[string]any{"message": "Logged in", "redirectUrl": s.subPath + "/"}, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if !s.isAdmin(r.PostFormValue("user"), r.PostFormValue("password")) {
		s.show(w, http.StatusUnauthorized, "login.html", page{Failed: true})
		return
	}
	s.sessions.begin(w, s.subPath+"/")
	http.Redirect(w, r, s.subPath+"/", http.StatusSeeOther)
}

func (s *server) home(*http.Request) (string, page, error) {
	content := page{}
	err := s.store.view(func(c *contents) error {
		inFolder := map[string][]*dashboard{}
		for _, d := range dashboardsByTitle(c.Dashboards) {
			copied := *d
			inFolder[d.FolderUID] = append(inFolder[d.FolderUID], &copied)
		}
		for _, f := range byTitle(c.Folders) {
			content.Folders = append(content.Folders, folderRow{f.Title, inFolder[f.UID]})
		}
		if len(inFolder[""]) > 0 {
			content.Folders = append(content.Folders, folderRow{"(in no folder)", inFolder[""]})
		}
		for _, d := range datasourcesByName(c.Datasources) {
			copied := *d
			content.Datasources = append(content.Datasources, &copied)
		}
		return nil
	})
	return "home.html", content, err
}

func (s *server) dashboardPage(r *http.Request) (string, page, error) {
	content := page{Folder: "(in no folder)"}
	err := s.store.view(func(c *contents) error {
		d := c.Dashboards[r.PathValue("uid")]
		if d == nil {
			return errDashboardNotFound
		}
		copied := *d
		content.Dashboard, content.Title = &copied, d.title()
		content.Panels = panelRows(d.Model["panels"])
		if f := c.Folders[d.FolderUID]; f != nil {
			content.Folder = f.Title
		}
		return nil
	})
	return "dashboard.html", content, err
}

// panelRows lists panels in their order; those of a collapsed row follow it.
func panelRows(panels any) []panelRow {
	var rows []panelRow
	list, _ := panels.([]any)
	for _, entry := range list {
		panel, _ := entry.(map[string]any)
		row := panelRow{
			Title: textOf(panel, "title"), Kind: textOf(panel, "type"), Description: textOf(panel, "description"),
		}
		row.IsRow = row.Kind == "row"
		targets, _ := panel["targets"].([]any)
		for _, target := range targets {
			query, _ := target.(map[string]any)
			if text := cmp.Or(textOf(query, "expr"), textOf(query, "query")); text != "" {
				row.Queries = append(row.Queries, text)
			}
		}
		rows = append(append(rows, row), panelRows(panel["panels"])...)
	}
	return rows
}

func textOf(object map[string]any, key string) string {
	text, _ := object[key].(string)
	return text
}
