// Command grafana-stand-in answers Grafana's HTTP API in place of Grafana's image, where that image cannot be had.
// It stores folders, data sources and dashboards, and passes queries on to data sources; it does not draw anything.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// version is what /api/health tells: the Grafana whose API this follows, and what it is.
const version = "13.1.3-stand-in"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "grafana-stand-in:", err)
		os.Exit(1)
	}
}

// run takes Grafana's own command lines: `[server] --config=… --homepath=…` and `cli … admin reset-admin-password`.
func run(arguments []string) error {
	overrides, words, err := parseArguments(arguments)
	if err != nil {
		return err
	}
	settings, err := loadSettings(overrides)
	if err != nil {
		return err
	}
	switch command := strings.Join(words, " "); {
	case command == "" || command == "server":
		return serve(settings)
	case strings.HasPrefix(command, "cli admin reset-admin-password"):
		return resetAdminPassword(settings, words[3:])
	default:
		return fmt.Errorf("unknown command %q; known are `server` and `cli admin reset-admin-password`", command)
	}
}

func serve(settings *settings) error {
	log := newLog(settings)
	store, err := openStore(settings)
	if err != nil {
		return err
	}
	handler, err := newServer(settings, store, log)
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              settings.get("server", "http_addr", "") + ":" + settings.get("server", "http_port", "3000"),
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", server.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen: %w. Change [server] http_addr or http_port", err)
	}
	log.Info("HTTP Server Listen", "address", listener.Addr(), "version", version)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	log.Info("Shutdown started")
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
