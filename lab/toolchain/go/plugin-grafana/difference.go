package main

import (
	"encoding/json"
	"reflect"

	p "github.com/pulumi/pulumi-go-provider"
)

// difference gathers which inputs differ from the state.
type difference map[string]p.PropertyDiff

// update notes a change that is made in place.
func (d difference) update(name string, changed bool) {
	if changed {
		d[name] = p.PropertyDiff{Kind: p.Update}
	}
}

// replace notes a change that needs a new object.
func (d difference) replace(name string, changed bool) {
	if changed {
		d[name] = p.PropertyDiff{Kind: p.UpdateReplace}
	}
}

func (d difference) response() p.DiffResponse {
	return p.DiffResponse{HasChanges: len(d) > 0, DetailedDiff: d}
}

// chosen tells whether an input that Grafana fills in when it is left out was given, and differs.
func chosen(input *string, state string) bool { return input != nil && *input != "" && *input != state }

func orEmpty[T any](value *T) T {
	if value == nil {
		var empty T
		return empty
	}
	return *value
}

func or(value *string, fallback string) string {
	if value == nil || *value == "" {
		return fallback
	}
	return *value
}

// sameJSON compares two texts as JSON; no text is an empty object.
func sameJSON(a, b string) bool {
	return reflect.DeepEqual(decoded(a), decoded(b))
}

func decoded(text string) any {
	if text == "" {
		text = "{}"
	}
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return value
}

// read keeps an input that was left out left out, and otherwise takes over what Grafana has.
func read[T any](input *T, actual T) *T {
	if input == nil {
		return nil
	}
	return &actual
}
