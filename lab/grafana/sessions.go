package main

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"
)

const (
	sessionCookie  = "grafana_session"
	sessionsLastIn = 12 * time.Hour
)

// sessions remember who has signed in on the page. They open the pages only, not the API: there is no form to be forged
// from elsewhere that could change anything.
type sessions struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newSessions() *sessions { return &sessions{until: map[string]time.Time{}} }

func (s *sessions) begin(w http.ResponseWriter, path string) {
	token := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, end := range s.until {
		if time.Now().After(end) {
			delete(s.until, old)
		}
	}
	s.until[token] = time.Now().Add(sessionsLastIn)
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: path, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(sessionsLastIn.Seconds()),
	})
}

func (s *sessions) valid(r *http.Request) bool {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.until[cookie.Value])
}

func (s *sessions) end(w http.ResponseWriter, r *http.Request, path string) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		s.mu.Lock()
		delete(s.until, cookie.Value)
		s.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: path, MaxAge: -1})
}
