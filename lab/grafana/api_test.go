package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const testPassword = "first-Secret"

// site is a running stand-in with an empty store.
type site struct {
	*testing.T
	url      string
	password string
	settings *settings
}

func newSite(t *testing.T, ini string) *site {
	t.Helper()
	s := testSettings(t, ini+"\n[security]\nadmin_password = "+testPassword+"\n", nil)
	s.set("paths", "data", t.TempDir())
	opened, err := openStore(s)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := newServer(s, opened, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &site{t, server.URL, testPassword, s}
}

// call sends a request and demands the status; it returns the answer's object, or its text below "text".
func (s *site) call(method, path string, body any, status int) map[string]any {
	s.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		content = strings.NewReader(string(encoded))
	}
	request, err := http.NewRequest(method, s.url+path, content)
	if err != nil {
		s.Fatal(err)
	}
	if s.password != "" {
		request.SetBasicAuth("admin", s.password)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != status {
		s.Fatalf("%s %s: %d instead of %d: %s", method, path, answer.StatusCode, status, text)
	}
	object := map[string]any{}
	if json.Unmarshal(text, &object) != nil {
		object["text"] = string(text)
	}
	return object
}

func (s *site) equal(got, want any) {
	s.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("got %v, want %v", got, want)
	}
}

type object = map[string]any

func TestHealthAndMetricsNeedNoPassword(t *testing.T) {
	s := newSite(t, "")
	s.password = ""
	s.equal(s.call("GET", "/api/health", nil, 200)["database"], "ok")
	if text := s.call("GET", "/metrics", nil, 200)["text"].(string); !strings.Contains(text, "grafana_build_info{version=") {
		t.Error("no grafana_build_info in", text)
	}
}

func TestEverythingElseAsksForThePassword(t *testing.T) {
	s := newSite(t, "")
	s.password = ""
	s.equal(s.call("GET", "/api/user", nil, 401)["message"], "Unauthorized")
	s.call("GET", "/api/datasources/proxy/uid/x/y", nil, 401)
	s.password = "wrong"
	s.equal(s.call("GET", "/api/org", nil, 401)["message"], "Invalid username or password")
	s.password = testPassword
	s.equal(s.call("GET", "/api/org", nil, 200)["name"], "Main Org.")
	s.equal(s.call("GET", "/api/nothing", nil, 404)["message"], "Not found")
}

func TestAnonymousReadersOnlyRead(t *testing.T) {
	s := newSite(t, "[auth.anonymous]\nenabled = true\n")
	s.password = ""
	s.call("GET", "/api/search", nil, 200)
	s.call("GET", "/api/admin/settings", nil, 401)
	s.call("POST", "/api/folders", object{"title": "x"}, 401)
}

func TestAdminSettingsHideSecrets(t *testing.T) {
	s := newSite(t, "")
	section := s.call("GET", "/api/admin/settings", nil, 200)["security"].(object)
	s.equal(section["admin_password"], "*********")
}

func TestPasswordChangesWhileTheServerRuns(t *testing.T) {
	s := newSite(t, "")
	if err := resetAdminPassword(s.settings, []string{"second-Secret"}); err != nil {
		t.Fatal(err)
	}
	s.call("GET", "/api/user", nil, 401)
	s.password = "second-Secret"
	s.call("GET", "/api/user", nil, 200)
	s.call("PUT", "/api/user/password", object{"oldPassword": "no", "newPassword": "third-Secret"}, 401)
	s.call("PUT", "/api/user/password", object{"oldPassword": "second-Secret", "newPassword": "third-Secret"}, 200)
	s.password = "third-Secret"
	s.call("GET", "/api/user", nil, 200)
}

func TestFolders(t *testing.T) {
	s := newSite(t, "[server]\nroot_url = http://example.lan/grafana/\n")
	made := s.call("POST", "/api/folders", object{"uid": "monitoring", "title": "All Servers — Now"}, 200)
	s.equal(made["url"], "/grafana/dashboards/f/monitoring/all-servers-now")
	s.call("POST", "/api/folders", object{"uid": "monitoring", "title": "again"}, 409)
	s.call("POST", "/api/folders", object{"title": ""}, 400)
	s.call("PUT", "/api/folders/monitoring", object{"title": "x", "version": 7}, 412)
	s.equal(s.call("PUT", "/api/folders/monitoring", object{"title": "x", "version": 1}, 200)["version"], 2)
	s.equal(s.call("PUT", "/api/folders/monitoring", object{"title": "y", "overwrite": true}, 200)["title"], "y")
	s.call("POST", "/api/folders", object{"uid": "child", "title": "c", "parentUid": "monitoring"}, 200)
	s.call("POST", "/api/folders/monitoring/move", object{"parentUid": "child"}, 400)
	s.call("POST", "/api/folders/child/move", object{"parentUid": ""}, 200)
	s.call("DELETE", "/api/folders/monitoring", nil, 200)
	s.call("GET", "/api/folders/monitoring", nil, 404)
	s.call("GET", "/api/folders/child", nil, 200)
}

func TestDashboardsAreSavedByVersion(t *testing.T) {
	s := newSite(t, "")
	save := func(status int, command object) object { return s.call("POST", "/api/dashboards/db", command, status) }
	save(404, object{"dashboard": object{"title": "t"}, "folderUid": "missing"})
	save(400, object{"dashboard": object{"uid": "d"}})
	save(400, object{"dashboard": object{"uid": "a b", "title": "t"}})
	s.equal(save(200, object{"dashboard": object{"uid": "d", "title": "Dev Ops", "big": 12345678901234567}})["url"], "/d/d/dev-ops")
	s.equal(save(412, object{"dashboard": object{"uid": "d", "title": "Dev Ops"}})["status"], "version-mismatch")
	s.equal(save(200, object{"dashboard": object{"uid": "d", "title": "Dev Ops", "version": 1}})["version"], 2)
	s.equal(save(200, object{"dashboard": object{"uid": "d", "title": "Dev Ops"}, "overwrite": true})["version"], 3)
	s.equal(save(412, object{"dashboard": object{"uid": "e", "title": "Dev Ops"}})["status"], "name-exists")
	found := s.call("GET", "/api/dashboards/uid/d", nil, 200)
	s.equal(found["dashboard"].(object)["version"], 3)
	s.equal(found["meta"].(object)["folderUid"], "")
	s.call("DELETE", "/api/dashboards/uid/d", nil, 200)
	s.equal(s.call("GET", "/api/dashboards/uid/d", nil, 404)["message"], "Dashboard not found")
}

func TestNumbersComeBackAsTheyWere(t *testing.T) {
	s := newSite(t, "")
	request := `{"dashboard":{"uid":"d","title":"t","big":12345678901234567,"small":1.50}}`
	s.call("POST", "/api/dashboards/db", json.RawMessage(request), 200)
	answer, err := http.NewRequest("GET", s.url+"/api/dashboards/uid/d", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.SetBasicAuth("admin", s.password)
	reply, err := http.DefaultClient.Do(answer)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, _ := io.ReadAll(reply.Body)
	if !strings.Contains(string(text), `"big":12345678901234567`) || !strings.Contains(string(text), `"small":1.50`) {
		t.Errorf("%s", text)
	}
}

func TestSearchAndDeletedFolder(t *testing.T) {
	s := newSite(t, "")
	s.call("POST", "/api/folders", object{"uid": "f", "title": "Folder"}, 200)
	s.call("POST", "/api/dashboards/db", object{"folderUid": "f", "dashboard": object{"uid": "a", "title": "A", "tags": []string{"x"}}}, 200)
	s.call("POST", "/api/dashboards/db", object{"dashboard": object{"uid": "b", "title": "B"}}, 200)
	for query, want := range map[string]int{
		"": 3, "?type=dash-db": 2, "?folderUIDs=f": 1, "?tag=x": 1, "?query=b": 1, "?dashboardUIDs=a": 1, "?limit=2": 2,
	} {
		text := s.call("GET", "/api/search"+query, nil, 200)["text"].(string)
		if got := strings.Count(text, `"uri"`); got != want {
			t.Errorf("search%s: %d found, want %d", query, got, want)
		}
	}
	s.equal(s.call("GET", "/api/folders/f/counts", nil, 200)["dashboard"], 1)
	s.call("DELETE", "/api/folders/f", nil, 200)
	s.call("GET", "/api/dashboards/uid/a", nil, 404)
	s.call("GET", "/api/dashboards/uid/b", nil, 200)
}

func TestSignInOnThePage(t *testing.T) {
	s := newSite(t, "")
	s.password = ""
	s.call("GET", "/", nil, 302)
	page := s.call("GET", "/login", nil, 200)["text"].(string)
	if !strings.Contains(page, "This is a stand-in for Grafana") {
		t.Error("the page does not say what it is")
	}
	form := func(password string) *http.Response {
		answer, err := http.DefaultTransport.RoundTrip(formRequest(t, s.url+"/login", url.Values{"user": {"admin"}, "password": {password}}))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	s.equal(form("wrong").StatusCode, 401)
	signedIn := form(testPassword)
	s.equal(signedIn.StatusCode, 303)
	request, _ := http.NewRequest("GET", s.url+"/", nil)
	request.AddCookie(signedIn.Cookies()[0])
	home, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	home.Body.Close()
	s.equal(home.StatusCode, 200)
}

func formRequest(t *testing.T, address string, form url.Values) *http.Request {
	t.Helper()
	request, err := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}
