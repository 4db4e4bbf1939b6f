package main

import (
	"log/slog"
	"os"
	"strings"
)

// newLog writes in Grafana's form (logfmt with t, level, msg), at [log] level and above.
func newLog(s *settings) *slog.Logger {
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(s.get("log", "level", "info"))) // an unknown level is Grafana's default
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey:
				a.Key = "t"
			case slog.LevelKey:
				a.Value = slog.StringValue(strings.ToLower(a.Value.String()))
			}
			return a
		},
	})).With("logger", "grafana-stand-in")
}
