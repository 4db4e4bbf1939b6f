package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// grafanaClient calls one Grafana's HTTP API. Its errors are one line that names the address and the way out, and never
// hold the password.
type grafanaClient struct {
	settings
	http http.Client
}

// configure is called once, when all of the provider's inputs are known.
func (g *grafanaClient) configure(known settings) error {
	if known.url != "" {
		if base, err := url.Parse(known.url); err != nil || base.Scheme == "" || base.Host == "" {
			return errors.New("the provider's `url` is not an address; expected one as http://10.0.0.81:3002")
		}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	trust, err := tlsConfig(known)
	if err != nil {
		return err
	}
	transport.TLSClientConfig = trust
	g.settings = known
	g.http = http.Client{Transport: transport, Timeout: 60 * time.Second}
	return nil
}

func tlsConfig(known settings) (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: known.insecureSkipVerify}
	if known.caCert != "" {
		authorities := x509.NewCertPool()
		if !authorities.AppendCertsFromPEM(pemOf(known.caCert)) {
			return nil, errors.New("the provider's `caCert` holds no certificate; give PEM text or the path of a file")
		}
		config.RootCAs = authorities
	}
	if known.tlsCert != "" || known.tlsKey != "" {
		pair, err := tls.X509KeyPair(pemOf(known.tlsCert), pemOf(known.tlsKey))
		if err != nil {
			return nil, errors.New("the provider's `tlsCert` and `tlsKey` are not a pair; give PEM texts or paths of files")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// pemOf takes PEM text as it is and everything else as the path of a file that holds it.
func pemOf(value string) []byte {
	if strings.Contains(value, "-----BEGIN") {
		return []byte(value)
	}
	content, err := os.ReadFile(value)
	if err != nil {
		return nil
	}
	return content
}

// call sends one request and decodes the answer into `into`, which may be nil. `what` names the object in errors.
func (g *grafanaClient) call(ctx context.Context, org, method, what, route string, body, into any) error {
	if g.url == "" {
		return fmt.Errorf("%s: Grafana's address is not known; set the provider's `url` and `auth`", what)
	}
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s: cannot be written as JSON: %w", what, err)
		}
	}
	for attempt := 0; ; attempt++ {
		err := g.once(ctx, org, method, what, route, content, into)
		if attempt >= g.retries || !g.worthRetrying(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(max(g.retryWait, 1)) * time.Second):
		}
	}
}

// unreachable is a failure before any answer.
type unreachable struct{ error }

func (g *grafanaClient) worthRetrying(err error) bool {
	var silent unreachable
	var refused *answer
	if errors.As(err, &silent) {
		return true
	}
	if !errors.As(err, &refused) {
		return false
	}
	if g.retryStatusCodes == nil {
		return refused.status == http.StatusTooManyRequests || refused.status >= 500
	}
	for _, pattern := range g.retryStatusCodes {
		code := strconv.Itoa(refused.status)
		if pattern == code || strings.ReplaceAll(pattern, "x", "") == code[:1] {
			return true
		}
	}
	return false
}

func (g *grafanaClient) once(ctx context.Context, org, method, what, route string, content []byte, into any) error {
	base, _ := url.Parse(g.url)
	target, query, _ := strings.Cut(route, "?")
	full := *base
	full.User, full.Path, full.RawQuery = nil, path.Join("/", base.Path, "api", target), query
	req, err := http.NewRequestWithContext(ctx, method, full.String(), bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for name, value := range g.httpHeaders {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Grafana-Org-Id", org)
	if user, password, basic := strings.Cut(g.auth, ":"); basic {
		req.SetBasicAuth(user, password)
	} else if g.auth != "anonymous" {
		req.Header.Set("Authorization", "Bearer "+g.auth)
	}
	resp, err := g.http.Do(req)
	if err != nil {
		return unreachable{fmt.Errorf("%s: Grafana at %s cannot be reached: %w. Is its container running, and is the provider's `url` right?",
			what, g.shownURL(), reason(err))}
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return unreachable{fmt.Errorf("%s: Grafana at %s broke off its answer: %w", what, g.shownURL(), err)}
	case resp.StatusCode >= 300:
		return g.refused(what, resp.StatusCode, reply)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(reply, into); err != nil {
		return fmt.Errorf("%s: %s answered with something else than Grafana's JSON. Is it Grafana?", what, g.shownURL())
	}
	return nil
}

// linkTo is the whole address of what Grafana names by a path. The path begins with root_url's own, as `url` may.
func (g *grafanaClient) linkTo(link string) string {
	base, err := url.Parse(g.url)
	if err != nil || link == "" {
		return link
	}
	base.User = nil
	return base.JoinPath(strings.TrimPrefix(link, strings.TrimRight(base.Path, "/"))).String()
}

func (g *grafanaClient) shownURL() string {
	base, err := url.Parse(g.url)
	if err != nil {
		return "(the provider's url)"
	}
	base.User = nil
	return base.String()
}
