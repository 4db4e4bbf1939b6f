package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// secretSettings are the provider inputs that never show.
var secretSettings = []string{"auth", "httpHeaders", "tlsKey"}

// settings are the provider's inputs that concern Grafana itself; those for Grafana's cloud products are ignored.
type settings struct {
	url, auth          string
	caCert, tlsCert    string
	tlsKey             string
	orgID              int64
	insecureSkipVerify bool
	retries, retryWait int
	httpHeaders        map[string]string
	retryStatusCodes   []string
}

// configuredBy lets the provider's inputs configure the client. The framework's own configuration is not used: it
// replaces the provider, and with it everything in Grafana, when the password changes.
func configuredBy(provider p.Provider, client *grafanaClient) p.Provider {
	provider.CheckConfig = func(_ context.Context, req p.CheckRequest) (p.CheckResponse, error) {
		inputs := req.Inputs
		for _, name := range secretSettings {
			if value, given := inputs.GetOk(name); given && !value.IsNull() {
				inputs = inputs.Set(name, value.WithSecret(true))
			}
		}
		return p.CheckResponse{Inputs: inputs, Failures: valueless(checkSettings(inputs))}, nil
	}
	provider.DiffConfig = func(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
		old := req.OldInputs
		if old.Len() == 0 {
			old = req.State
		}
		changed := map[string]p.PropertyDiff{}
		for _, name := range old.Diff(req.Inputs).ChangedKeys() {
			// The engine and the framework keep their own notes between the inputs.
			if name != "version" && !strings.HasPrefix(name, "__") {
				changed[name] = p.PropertyDiff{Kind: p.Update, InputDiff: true}
			}
		}
		return p.DiffResponse{HasChanges: len(changed) > 0, DetailedDiff: changed}, nil
	}
	provider.Configure = func(_ context.Context, req p.ConfigureRequest) error {
		known, err := readSettings(req.Args)
		if err != nil {
			return err
		}
		return client.configure(known)
	}
	return provider
}

func checkSettings(inputs property.Map) []p.CheckFailure {
	var failures []p.CheckFailure
	for name, advice := range map[string]string{
		"url":  "give Grafana's address, as http://10.0.0.81:3002 (or set GRAFANA_URL)",
		"auth": "give `user:password` or a token (or set GRAFANA_AUTH)",
	} {
		if value := inputs.Get(name); value.IsNull() {
			failures = append(failures, p.CheckFailure{Property: name, Reason: "is missing: " + advice})
		}
	}
	if _, err := readSettings(inputs); err != nil {
		failures = append(failures, p.CheckFailure{Reason: err.Error()})
	}
	return failures
}

// readSettings decodes the inputs. The SDK sends whatever is not a string as JSON text; what is not known yet, at a
// preview, is left empty.
func readSettings(inputs property.Map) (settings, error) {
	read := settings{retries: 3, orgID: 1}
	texts := map[string]*string{
		"url": &read.url, "auth": &read.auth, "caCert": &read.caCert, "tlsCert": &read.tlsCert, "tlsKey": &read.tlsKey,
	}
	for name, into := range texts {
		if value := inputs.Get(name); value.IsString() {
			*into = value.AsString()
		}
	}
	others := map[string]any{
		"orgId": &read.orgID, "insecureSkipVerify": &read.insecureSkipVerify, "retries": &read.retries,
		"retryWait": &read.retryWait, "httpHeaders": &read.httpHeaders, "retryStatusCodes": &read.retryStatusCodes,
	}
	for name, into := range others {
		if err := decodeSetting(inputs.Get(name), into); err != nil {
			// Not the decoder's own message: it may quote a header.
			return read, fmt.Errorf("the provider's `%s` has the wrong type", name)
		}
	}
	return read, nil
}

func decodeSetting(value property.Value, into any) error {
	switch {
	case value.IsNull() || value.HasComputed():
		return nil
	case value.IsString():
		if value.AsString() == "" {
			return nil
		}
		return json.Unmarshal([]byte(value.AsString()), into)
	default:
		encoded, err := json.Marshal(plain(value))
		if err != nil {
			return err
		}
		return json.Unmarshal(encoded, into)
	}
}

// plain strips a value of secrets and types, as encoding/json would have decoded it.
func plain(value property.Value) any {
	switch {
	case value.IsBool():
		return value.AsBool()
	case value.IsNumber():
		return value.AsNumber()
	case value.IsString():
		return value.AsString()
	case value.IsArray():
		list := []any{}
		for _, element := range value.AsArray().All {
			list = append(list, plain(element))
		}
		return list
	case value.IsMap():
		object := map[string]any{}
		for key, element := range value.AsMap().All {
			object[key] = plain(element)
		}
		return object
	default:
		return nil
	}
}
