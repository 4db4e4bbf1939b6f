package main

import (
	"net/http"
	"regexp"
)

// adminRoutes are what Grafana tells about itself and its one user.
func (s *server) adminRoutes() {
	s.secured("GET /api/org", fixed(map[string]any{"id": 1, "name": "Main Org.", "address": map[string]any{
		"address1": "", "address2": "", "city": "", "zipCode": "", "state": "", "country": "",
	}}))
	s.secured("GET /api/orgs", fixed([]map[string]any{{"id": 1, "name": "Main Org."}}))
	s.secured("GET /api/user", s.signedIn)
	s.secured("GET /api/admin/settings", s.adminSettings)
	s.secured("GET /api/frontend/settings", s.frontendSettings)
	s.secured("PUT /api/user/password", s.changePassword)
	s.secured("PUT /api/admin/users/{id}/password", s.changePassword)
}

func fixed(value any) endpoint {
	return func(*http.Request) (any, error) { return value, nil }
}

func (s *server) health(*http.Request) (any, error) {
	database := "ok"
	if err := s.store.view(func(*contents) error { return nil }); err != nil {
		s.log.Error("Store cannot be read", "error", err)
		return nil, refusal{http.StatusServiceUnavailable, map[string]any{
			"database": "failing", "version": version, "message": "the store cannot be read",
		}}
	}
	return map[string]any{"database": database, "version": version, "commit": "stand-in"}, nil
}

func (s *server) signedIn(*http.Request) (any, error) {
	var admin user
	err := s.store.view(func(c *contents) error { admin = c.Admin; return nil })
	return map[string]any{
		"id": 1, "uid": "admin", "email": admin.Email, "name": "", "login": admin.Login, "theme": "", "orgId": 1,
		"isGrafanaAdmin": true, "isDisabled": false, "isExternal": false, "authLabels": []string{},
	}, err
}

var secretKey = regexp.MustCompile(`(?i)password|secret|token|private_key|api_key`)

// adminSettings tells the settings, secrets as stars.
func (s *server) adminSettings(*http.Request) (any, error) {
	shown := map[string]map[string]string{"DEFAULT": {"instance_name": "grafana-stand-in", "app_mode": "production"}}
	for section, values := range s.settings.sections {
		shown[section] = map[string]string{}
		for key := range values {
			shown[section][key] = s.settings.get(section, key, "")
			if secretKey.MatchString(key) {
				shown[section][key] = "*********"
			}
		}
	}
	return shown, nil
}

func (s *server) frontendSettings(*http.Request) (any, error) {
	return map[string]any{
		"appSubUrl":              s.subPath,
		"appUrl":                 s.settings.get("server", "root_url", ""),
		"anonymousEnabled":       s.settings.enabled("auth.anonymous", "enabled", false),
		"disableUserSignUp":      !s.settings.enabled("users", "allow_sign_up", false),
		"unifiedAlertingEnabled": false,
		"buildInfo":              map[string]any{"version": version, "edition": "Stand-in", "env": "production"},
	}, nil
}

func (s *server) changePassword(r *http.Request) (any, error) {
	var command struct{ OldPassword, NewPassword, Password string }
	if err := body(r, &command); err != nil {
		return nil, err
	}
	if r.PathValue("id") == "" {
		name, _, _ := r.BasicAuth()
		if !s.isAdmin(name, command.OldPassword) {
			return nil, refuse(http.StatusUnauthorized, "invalid old password")
		}
	} else if r.PathValue("id") != "1" {
		return nil, refuse(http.StatusNotFound, "user not found")
	}
	password := command.NewPassword + command.Password // each of the two calls gives one of them
	if err := setAdminPassword(s.store, password); err != nil {
		return nil, refuse(http.StatusBadRequest, err.Error())
	}
	return map[string]any{"message": "User password updated"}, nil
}
