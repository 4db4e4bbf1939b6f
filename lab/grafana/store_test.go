package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testSettings(t *testing.T, ini string, environment map[string]string) *settings {
	t.Helper()
	s := &settings{sections: map[string]map[string]string{}, env: func(name string) (string, bool) {
		value, given := environment[name]
		return value, given
	}}
	if err := s.parse("grafana.ini", ini); err != nil {
		t.Fatal(err)
	}
	if err := s.expandAll(); err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSettings(t *testing.T) {
	secret := write(t, "from a file\n")
	s := testSettings(t, "; comment\n[server]\nhttp_port = 3000\n[security]\nadmin_password = $__file{"+secret+"}\n"+
		"admin_user = \"${WHO}\"\n[auth.generic_oauth]\nclient_secret = x\n", map[string]string{
		"WHO": "root", "GF_SERVER_HTTP_PORT": "3001", "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET__FILE": secret,
	})
	for _, check := range []struct{ section, key, want string }{
		{"server", "http_port", "3001"}, {"security", "admin_password", "from a file"}, {"security", "admin_user", "root"},
		{"auth.generic_oauth", "client_secret", "from a file"}, {"log", "level", "fallback"},
	} {
		if got := s.get(check.section, check.key, "fallback"); got != check.want {
			t.Errorf("[%s] %s = %q, want %q", check.section, check.key, got, check.want)
		}
	}
}

func TestBadSettingsNameThePlace(t *testing.T) {
	s := &settings{sections: map[string]map[string]string{}, env: func(string) (string, bool) { return "", false }}
	if err := s.parse("grafana.ini", "[server]\nnonsense"); err == nil || !strings.Contains(err.Error(), "grafana.ini, line 2") {
		t.Error(err)
	}
	s.set("security", "admin_password", "$__file{/nowhere/at/all}")
	if err := s.expandAll(); err == nil || !strings.Contains(err.Error(), "[security] admin_password") {
		t.Error(err)
	}
	s.env = func(name string) (string, bool) { return "x", strings.HasPrefix(name, "GF_SECURITY_ADMIN_PASSWORD") }
	s.sections = nil
	if err := s.expandAll(); err == nil || !strings.Contains(err.Error(), "both") {
		t.Error(err)
	}
}

func TestArguments(t *testing.T) {
	flags, words, err := parseArguments([]string{"server", "--homepath=/usr/share/grafana", "-config", "/x.ini", "cfg:default.paths.data=/d"})
	if err != nil || strings.Join(words, " ") != "server" || flags["config"] != "/x.ini" || flags["cfg:default.paths.data"] != "/d" {
		t.Error(flags, words, err)
	}
	if _, _, err := parseArguments([]string{"--unknown"}); err == nil {
		t.Error("an unknown flag was taken")
	}
}

func TestTheFirstPasswordStays(t *testing.T) {
	data := t.TempDir()
	open := func(password string) *store {
		opened, err := openStore(testSettings(t, "[paths]\ndata = "+data+"\n[security]\nadmin_password = "+password, nil))
		if err != nil {
			t.Fatal(err)
		}
		return opened
	}
	open("first")
	second := open("second")
	hash := ""
	if err := second.view(func(c *contents) error { hash = c.Admin.Password; return nil }); err != nil {
		t.Fatal(err)
	}
	if !isPassword(hash, "first") || isPassword(hash, "second") || strings.Contains(hash, "first") {
		t.Error("the password of the settings must count at the first start only, and be kept hashed:", hash)
	}
	if found, err := os.Stat(second.file); err != nil || found.Mode().Perm() != 0o600 {
		t.Error("the store holds secrets, so only its owner may read it:", found.Mode(), err)
	}
}

func TestAFailedChangeLeavesNoTrace(t *testing.T) {
	opened, err := openStore(testSettings(t, "[paths]\ndata = "+t.TempDir(), nil))
	if err != nil {
		t.Fatal(err)
	}
	failed := opened.change(func(c *contents) error {
		c.Folders["half"] = &folder{UID: "half"}
		return os.ErrInvalid
	})
	if failed != os.ErrInvalid {
		t.Error(failed)
	}
	if err := opened.view(func(c *contents) error {
		if len(c.Folders) != 0 {
			t.Error("half a change was kept")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestADamagedStoreIsNotOverwritten(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "grafana-stand-in.json")
	if err := os.WriteFile(file, []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openStore(testSettings(t, "[paths]\ndata = "+data, nil)); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
	if content, _ := os.ReadFile(file); string(content) != "{half" {
		t.Error("the damaged file was changed")
	}
}
