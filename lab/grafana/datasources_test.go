package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestDatasourceKeepsItsSecrets(t *testing.T) {
	s := newSite(t, "")
	wanted := object{
		"uid": "prometheus", "name": "Prometheus", "type": "prometheus", "url": "http://127.0.0.1:1", "isDefault": true,
		"secureJsonData": object{"basicAuthPassword": "very-secret"},
	}
	s.call("POST", "/api/datasources", wanted, 200)
	s.call("POST", "/api/datasources", wanted, 409)
	s.call("POST", "/api/datasources", object{"name": "Prometheus", "type": "loki"}, 409)
	s.call("POST", "/api/datasources", object{"name": "x"}, 400)
	found := s.call("GET", "/api/datasources/uid/prometheus", nil, 200)
	s.equal(found["access"], "proxy")
	s.equal(found["secureJsonFields"], object{"basicAuthPassword": true})
	s.equal(found["secureJsonData"], nil)

	changed := object{"name": "Prometheus", "type": "prometheus", "url": "http://127.0.0.1:2", "version": 9}
	s.call("PUT", "/api/datasources/uid/prometheus", changed, 409)
	delete(changed, "version")
	s.call("PUT", "/api/datasources/uid/prometheus", changed, 200)
	found = s.call("GET", "/api/datasources/name/Prometheus", nil, 200)
	s.equal(found["url"], "http://127.0.0.1:2")
	s.equal(found["secureJsonFields"], object{"basicAuthPassword": true})
	s.equal(s.call("GET", "/api/datasources/id/Prometheus", nil, 200)["id"], found["id"])

	s.call("DELETE", "/api/datasources/uid/prometheus", nil, 200)
	s.equal(s.call("GET", "/api/datasources/uid/prometheus", nil, 404)["message"], "Data source not found")
}

func TestOneDefaultDatasource(t *testing.T) {
	s := newSite(t, "")
	s.call("POST", "/api/datasources", object{"uid": "a", "name": "A", "type": "loki", "isDefault": true}, 200)
	s.call("POST", "/api/datasources", object{"uid": "b", "name": "B", "type": "loki", "isDefault": true}, 200)
	s.equal(s.call("GET", "/api/datasources/uid/a", nil, 200)["isDefault"], false)
	s.equal(s.call("GET", "/api/datasources/uid/b", nil, 200)["isDefault"], true)
}

func TestProxyLendsTheDatasourcesOwnCredentials(t *testing.T) {
	var seen *http.Request
	var sent string
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		seen, sent = r, string(content)
		if user, password, _ := r.BasicAuth(); user != "viewer" || password != "very-secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `{"status":"success"}`)
	}))
	defer upstream.Close()
	s := newSite(t, "")
	s.call("POST", "/api/datasources", object{
		"uid": "p", "name": "P", "type": "prometheus", "url": upstream.URL + "/below", "basicAuth": true, "basicAuthUser": "viewer",
		"jsonData":       object{"httpHeaderName1": "X-Scope-OrgID"},
		"secureJsonData": object{"basicAuthPassword": "very-secret", "httpHeaderValue1": "tenant"},
	}, 200)
	s.equal(s.call("POST", "/api/datasources/proxy/uid/p/api/v1/query?query=up", object{"a": 1}, 200)["status"], "success")
	s.equal(seen.URL.String(), "/below/api/v1/query?query=up")
	s.equal(seen.Header.Get("X-Scope-OrgID"), "tenant")
	s.equal(sent, `{"a":1}`)
	s.equal(s.call("GET", "/api/datasources/uid/p/health", nil, 200)["status"], "OK")

	s.call("PUT", "/api/datasources/uid/p", object{"name": "P", "type": "prometheus", "url": upstream.URL}, 200)
	s.call("GET", "/api/datasources/proxy/uid/p/api/v1/query", nil, 403)
	s.equal(s.call("GET", "/api/datasources/uid/p/health", nil, 400)["status"], "ERROR")
	upstream.Close()
	s.call("GET", "/api/datasources/proxy/uid/p/api/v1/query", nil, 502)
	s.call("GET", "/api/datasources/proxy/uid/missing/x", nil, 404)
}

func TestQueriesAreRefusedPlainly(t *testing.T) {
	s := newSite(t, "")
	s.call("POST", "/api/ds/query", object{"queries": []object{}}, 501)
}
