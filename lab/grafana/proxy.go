package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// upstream is a data source's address with what is needed to be let in there.
type upstream struct {
	base      *url.URL
	transport http.RoundTripper
	headers   http.Header
	kind      string
}

// upstream finds the data source of a request's path. The credentials in it never leave for anywhere but its address.
func (s *server) upstream(r *http.Request) (found upstream, err error) {
	err = s.store.view(func(c *contents) error {
		d, err := c.datasource(r)
		if err != nil {
			return err
		}
		found, err = newUpstream(d)
		return err
	})
	return found, err
}

func newUpstream(d *datasource) (upstream, error) {
	base, err := url.Parse(d.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return upstream{}, refuse(http.StatusBadRequest, fmt.Sprintf("data source %q has no usable URL", d.Name))
	}
	headers := http.Header{}
	for key, value := range d.JSONData {
		if number, isName := strings.CutPrefix(key, "httpHeaderName"); isName {
			headers.Set(fmt.Sprint(value), d.Secure["httpHeaderValue"+number])
		}
	}
	if d.BasicAuth {
		request := http.Request{Header: headers}
		request.SetBasicAuth(d.BasicAuthUser, d.Secure["basicAuthPassword"])
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true // one per request: the settings may be others next time
	if skip, _ := d.JSONData["tlsSkipVerify"].(bool); skip {
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	return upstream{base: base, transport: transport, headers: headers, kind: d.Type}, nil
}

// proxy passes a request on to a data source, as Grafana does for its own pages: what a panel would get, this gives.
func (s *server) proxy(w http.ResponseWriter, r *http.Request) {
	target, err := upstream{}, s.authorize(r)
	if err == nil {
		target, err = s.upstream(r)
	}
	if err != nil {
		s.reply(w, r, nil, err)
		return
	}
	(&httputil.ReverseProxy{
		Transport: target.transport,
		Rewrite: func(request *httputil.ProxyRequest) {
			request.Out.Header.Del("Authorization") // it is Grafana's, not the data source's
			request.Out.Header.Del("Cookie")
			maps.Copy(request.Out.Header, target.headers)
			request.Out.URL.Path, request.Out.URL.RawPath = "/"+r.PathValue("path"), ""
			request.SetURL(target.base)
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			s.reply(w, r, nil, refuse(http.StatusBadGateway, fmt.Sprintf("data source does not answer: %v", err)))
		},
	}).ServeHTTP(w, r)
}

// healthChecks is the question by which each kind of data source shows that it answers, and Grafana's word for it.
var healthChecks = map[string]struct{ path, good string }{
	"prometheus":   {"/api/v1/query?query=1%2B1", "Successfully queried the Prometheus API."},
	"loki":         {"/loki/api/v1/query?query=vector(1)%2Bvector(1)", "Data source successfully connected."},
	"alertmanager": {"/api/v2/status", "Health check passed."},
}

func (s *server) datasourceHealth(r *http.Request) (any, error) {
	target, err := s.upstream(r)
	if err != nil {
		return nil, err
	}
	check, known := healthChecks[target.kind]
	if !known {
		return nil, refuse(http.StatusNotImplemented, "this stand-in for Grafana has no health check for "+target.kind)
	}
	if reason := target.ask(r.Context(), check.path); reason != "" {
		return nil, refuse(http.StatusBadRequest, reason, "ERROR")
	}
	return map[string]any{"status": "OK", "message": check.good}, nil
}

// ask returns why the data source did not answer well, or nothing.
func (u upstream) ask(ctx context.Context, question string) string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	base := *u.base
	base.User = nil // the credentials go into the headers, not into an address that errors show
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base.String(), "/")+question, nil)
	if err != nil {
		return err.Error()
	}
	request.Header = u.headers
	answer, err := u.transport.RoundTrip(request)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
		return fmt.Sprintf("%s - %s", answer.Status, strings.TrimSpace(string(said)))
	}
	return ""
}
