package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// answer is what Grafana said when it refused.
type answer struct {
	status  int
	Message string `json:"message"`
	Status  string `json:"status"`
	text    string
}

func (a *answer) Error() string { return a.text }

// notFound tells that the object of a call does not exist (any more).
func notFound(err error) bool {
	var refused *answer
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

func (g *grafanaClient) refused(what string, status int, reply []byte) error {
	said := &answer{status: status}
	_ = json.Unmarshal(reply, said) // an answer that is not JSON (a proxy's page) just has no message
	said.text = fmt.Sprintf("%s: Grafana at %s answered %d", what, g.shownURL(), status)
	if said.Message != "" {
		said.text += ": " + strings.TrimRight(said.Message, ".")
	}
	said.text += advice(status)
	return said
}

func advice(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return ". Is the provider's `auth` the present password? Grafana reads the one of its settings at its first start " +
			"only; afterwards `grafana cli admin reset-admin-password` sets it"
	case http.StatusForbidden:
		return ". The user or token of the provider's `auth` lacks the rights for this"
	case http.StatusPreconditionFailed:
		return ". Someone else made or changed it: look at it in Grafana, then remove it there, or set `overwrite: true` to replace it"
	case http.StatusConflict:
		return ". Remove or rename the one that is there, or take it over with `pulumi import`"
	default:
		return ""
	}
}

// reason drops the request's URL, which net/http puts before every error.
func reason(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
