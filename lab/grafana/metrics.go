package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// buckets are the upper bounds, in seconds, of Grafana's own request histogram.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25}

// metrics counts requests under the names that Grafana gives them.
type metrics struct {
	mu       sync.Mutex
	started  time.Time
	inFlight int
	requests map[string]*histogram
}

type histogram struct {
	below []int
	count int
	sum   float64
}

func newMetrics() *metrics { return &metrics{started: time.Now(), requests: map[string]*histogram{}} }

func (m *metrics) observe(labels string, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.requests[labels]
	if h == nil {
		h = &histogram{below: make([]int, len(buckets))}
		m.requests[labels] = h
	}
	for i, bound := range buckets {
		if took.Seconds() <= bound {
			h.below[i]++
		}
	}
	h.count++
	h.sum += took.Seconds()
}

func (m *metrics) flying(change int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight += change
}

// measured counts every request by the route that served it, never by its address: those are without limit.
func (s *server) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		s.metrics.flying(1)
		defer s.metrics.flying(-1)
		recorded := &statusRecorder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(recorded, r)
		_, route, found := strings.Cut(r.Pattern, " ")
		if !found {
			route = r.Pattern
		}
		took := time.Since(begin)
		s.metrics.observe(fmt.Sprintf(`handler=%q,method=%q,status_code="%d"`, route, r.Method, recorded.code), took)
		s.log.Debug("Request completed", "method", r.Method, "path", r.URL.Path, "status", recorded.code, "duration", took)
	})
}

type statusRecorder struct {
	http.ResponseWriter
	code int
}

func (w *statusRecorder) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the proxy flush and stream.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// showMetrics is open unless [metrics] names a user and a password, as in Grafana.
func (s *server) showMetrics(w http.ResponseWriter, r *http.Request) {
	user, password := s.settings.get("metrics", "basic_auth_username", ""), s.settings.get("metrics", "basic_auth_password", "")
	if name, given, _ := r.BasicAuth(); user != "" && (name != user || given != password) {
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	if !s.settings.enabled("metrics", "enabled", true) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	page := &metricsPage{w}
	page.gauge("grafana_build_info", "What runs here; the version says that it is a stand-in.",
		fmt.Sprintf(`{version=%q,edition="stand-in",revision="",branch="",goversion=%q}`, version, runtime.Version()), 1)
	page.counter("grafana_instance_start_total", "Starts of this instance.", 1)
	page.totals(s)
	page.requests(s.metrics)
	page.process(s.metrics.started)
}

type metricsPage struct{ io.Writer }

func (p *metricsPage) gauge(name, help, labels string, value float64) {
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s gauge\n%s%s %v\n", name, help, name, name, labels, value)
}

func (p *metricsPage) counter(name, help string, value float64) {
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s counter\n%s %v\n", name, help, name, name, value)
}

func (p *metricsPage) totals(s *server) {
	var folders, dashboards, datasources int
	if s.store.view(func(c *contents) error {
		folders, dashboards, datasources = len(c.Folders), len(c.Dashboards), len(c.Datasources)
		return nil
	}) != nil {
		return // no figures are better than wrong ones
	}
	p.gauge("grafana_stat_totals_folder", "Folders.", "", float64(folders))
	p.gauge("grafana_stat_totals_dashboard", "Dashboards.", "", float64(dashboards))
	p.gauge("grafana_stat_totals_datasource", "Data sources.", "", float64(datasources))
	p.gauge("grafana_stat_total_users", "Users.", "", 1)
}

func (p *metricsPage) requests(m *metrics) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.gauge("grafana_http_request_in_flight", "Requests that are being served.", "", float64(m.inFlight))
	const name = "grafana_http_request_duration_seconds"
	fmt.Fprintf(p, "# HELP %s Time to serve a request.\n# TYPE %s histogram\n", name, name)
	for _, labels := range slices.Sorted(maps.Keys(m.requests)) {
		h := m.requests[labels]
		for i, bound := range buckets {
			fmt.Fprintf(p, "%s_bucket{%s,le=\"%v\"} %d\n", name, labels, bound, h.below[i])
		}
		fmt.Fprintf(p, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, labels, h.count)
		fmt.Fprintf(p, "%s_sum{%s} %v\n%s_count{%s} %d\n", name, labels, h.sum, name, labels, h.count)
	}
}

func (p *metricsPage) process(started time.Time) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	p.gauge("go_goroutines", "Goroutines.", "", float64(runtime.NumGoroutine()))
	p.gauge("go_info", "Version of Go.", fmt.Sprintf("{version=%q}", runtime.Version()), 1)
	p.gauge("go_memstats_alloc_bytes", "Bytes in use.", "", float64(memory.Alloc))
	p.gauge("go_memstats_sys_bytes", "Bytes taken from the system.", "", float64(memory.Sys))
	p.gauge("process_start_time_seconds", "Start, in seconds since 1970.", "", float64(started.UnixMilli())/1000)
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		seconds := time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
		p.counter("process_cpu_seconds_total", "Processor time used, in seconds.", seconds)
	}
	var size, resident int64
	if content, err := os.ReadFile("/proc/self/statm"); err == nil {
		if _, err := fmt.Sscan(string(content), &size, &resident); err == nil {
			p.gauge("process_resident_memory_bytes", "Resident memory.", "", float64(resident*int64(os.Getpagesize())))
		}
	}
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		p.gauge("process_open_fds", "Open files.", "", float64(len(entries)))
	}
}
