package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const defaultConfigFile = "/etc/grafana/grafana.ini"

// settings are Grafana's: sections of an ini file, each value overridden by GF_<SECTION>_<KEY> of the environment.
type settings struct {
	sections map[string]map[string]string
	env      func(string) (string, bool)
}

// loadSettings reads the file that GF_PATHS_CONFIG or --config names. The usual place may be empty, another may not.
func loadSettings(overrides map[string]string) (*settings, error) {
	file, named := defaultConfigFile, false
	for _, name := range []string{os.Getenv("GF_PATHS_CONFIG"), overrides["config"]} {
		if name != "" {
			file, named = name, true
		}
	}
	s := &settings{sections: map[string]map[string]string{}, env: os.LookupEnv}
	content, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist) && !named:
	case err != nil:
		return nil, fmt.Errorf("cannot read the settings: %w", err)
	default:
		if err := s.parse(file, string(content)); err != nil {
			return nil, err
		}
	}
	if data := overrides["cfg:default.paths.data"]; data != "" {
		s.set("paths", "data", data)
	}
	return s, s.expandAll()
}

func (s *settings) parse(file, content string) error {
	section := ""
	lines := bufio.NewScanner(strings.NewReader(content))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		default:
			key, value, found := strings.Cut(line, "=")
			if !found {
				return fmt.Errorf("%s, line %d: expected `key = value` or `[section]`", file, number)
			}
			s.set(section, strings.TrimSpace(key), unquoted(strings.TrimSpace(value)))
		}
	}
	return lines.Err()
}

func unquoted(value string) string {
	for _, quote := range []string{`"""`, `"`, "`"} {
		if len(value) >= 2*len(quote) && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			return value[len(quote) : len(value)-len(quote)]
		}
	}
	return value
}

func (s *settings) set(section, key, value string) {
	if s.sections[section] == nil {
		s.sections[section] = map[string]string{}
	}
	s.sections[section][key] = value
}

func (s *settings) expandAll() error {
	for section, values := range s.sections {
		for key, value := range values {
			expanded, err := s.expand(value)
			if err != nil {
				return fmt.Errorf("setting [%s] %s: %w", section, key, err)
			}
			values[key] = expanded
		}
	}
	// The settings that this server uses may also come from the environment alone.
	for _, name := range []string{"GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_USER"} {
		if _, err := s.fromEnvironment(name); err != nil {
			return err
		}
	}
	return nil
}

var expression = regexp.MustCompile(`\$__(file|env)\{([^}]*)\}|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand resolves `$__file{path}`, `$__env{NAME}` and `${NAME}`.
func (s *settings) expand(value string) (string, error) {
	var failure error
	expanded := expression.ReplaceAllStringFunc(value, func(match string) string {
		parts := expression.FindStringSubmatch(match)
		switch {
		case parts[1] == "file":
			content, err := os.ReadFile(parts[2])
			if err != nil {
				failure = err
			}
			return strings.TrimSpace(string(content))
		case parts[1] == "env":
			found, _ := s.env(parts[2])
			return found
		default:
			found, _ := s.env(parts[3])
			return found
		}
	})
	return expanded, failure
}

// get is a setting's value: the environment's, the file's, or the default.
func (s *settings) get(section, key, fallback string) string {
	if value, err := s.fromEnvironment(environmentName(section, key)); err == nil && value != nil {
		return *value
	}
	if value, given := s.sections[section][key]; given && value != "" {
		return value
	}
	return fallback
}

func (s *settings) enabled(section, key string, fallback bool) bool {
	switch strings.ToLower(s.get(section, key, "")) {
	case "true", "1", "t", "yes", "on":
		return true
	case "":
		return fallback
	default:
		return false
	}
}

// fromEnvironment is NAME's value or, as Grafana's image does it, the content of the file that NAME__FILE names.
func (s *settings) fromEnvironment(name string) (*string, error) {
	value, given := s.env(name)
	file, inFile := s.env(name + "__FILE")
	switch {
	case given && inFile && value != "" && file != "":
		return nil, fmt.Errorf("both %s and %s__FILE are set; set one of them", name, name)
	case inFile && file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s__FILE: %w", name, err)
		}
		value = strings.TrimSpace(string(content))
	case !given || value == "":
		return nil, nil
	}
	expanded, err := s.expand(value)
	return &expanded, err
}

func environmentName(section, key string) string {
	return "GF_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(section+"_"+key))
}

func (s *settings) dataPath() string { return s.get("paths", "data", "/var/lib/grafana") }

func (s *settings) storeFile() string { return filepath.Join(s.dataPath(), "grafana-stand-in.json") }
