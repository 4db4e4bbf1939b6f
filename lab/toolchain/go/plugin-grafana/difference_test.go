package main

import (
	"context"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func TestNormalisedDashboards(t *testing.T) {
	a := normalised(`{"title":"t", "id":4, "version":7, "panels":[{"id":1,"title":"p"}]}`)
	b := normalised(`{"panels":[{"title":"p","id":2}],"title":"t"}`)
	if a != b {
		t.Errorf("%s is not %s", a, b)
	}
	if normalised(`{"title":"t"}`) == normalised(`{"title":"u"}`) {
		t.Error("another title is no difference")
	}
}

func TestDataSourceDifferences(t *testing.T) {
	text := func(value string) *string { return &value }
	yes := true
	args := DataSourceArgs{
		Type: "prometheus", Name: text("Prometheus"), UID: text("prometheus"), URL: text("http://a"),
		JSONDataEncoded: text(`{"b":1, "a":2}`), HTTPHeaders: map[string]string{"X-A": "b"},
	}
	state := dataSourceState(args, "prometheus", "1")
	diff := func(change func(*DataSourceArgs, *DataSourceState)) p.DiffResponse {
		a, s := args, state
		change(&a, &s)
		response, err := (&DataSource{}).Diff(context.Background(),
			infer.DiffRequest[DataSourceArgs, DataSourceState]{Inputs: a, State: s})
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	for name, change := range map[string]func(*DataSourceArgs, *DataSourceState){
		"nothing":              func(*DataSourceArgs, *DataSourceState) {},
		"order of JSON":        func(_ *DataSourceArgs, s *DataSourceState) { s.JSONDataEncoded = `{"a":2,"b":1}` },
		"default given up":     func(_ *DataSourceArgs, s *DataSourceState) { s.IsDefault = true },
		"uid made by Grafana":  func(a *DataSourceArgs, _ *DataSourceState) { a.UID = nil },
		"access mode left out": func(_ *DataSourceArgs, s *DataSourceState) { s.AccessMode = "proxy" },
	} {
		if response := diff(change); response.HasChanges {
			t.Errorf("%s: %v", name, response.DetailedDiff)
		}
	}
	for name, check := range map[string]struct {
		change func(*DataSourceArgs, *DataSourceState)
		kind   p.DiffKind
	}{
		"url":         {func(_ *DataSourceArgs, s *DataSourceState) { s.URL = "http://b" }, p.Update},
		"isDefault":   {func(a *DataSourceArgs, _ *DataSourceState) { a.IsDefault = &yes }, p.Update},
		"httpHeaders": {func(_ *DataSourceArgs, s *DataSourceState) { s.HTTPHeaders = nil }, p.Update},
		"uid":         {func(a *DataSourceArgs, _ *DataSourceState) { a.UID = text("other") }, p.UpdateReplace},
	} {
		if found := diff(check.change).DetailedDiff[name]; found.Kind != check.kind {
			t.Errorf("%s: %v instead of %v", name, found.Kind, check.kind)
		}
	}
}

func TestSettingsAsTheSDKSendsThem(t *testing.T) {
	read, err := readSettings(property.NewMap(map[string]property.Value{
		"url": property.New("http://g"), "auth": property.New(property.Computed), "orgId": property.New("2"),
		"httpHeaders": property.New(`{"X-A":"b"}`), "insecureSkipVerify": property.New("true"),
	}))
	if err != nil || read.url != "http://g" || read.auth != "" || read.orgID != 2 || read.httpHeaders["X-A"] != "b" ||
		!read.insecureSkipVerify || read.retries != 3 {
		t.Error(read, err)
	}
}

func TestFailuresShowNoValue(t *testing.T) {
	for _, failure := range valueless([]p.CheckFailure{{Property: "auth", Reason: "is missing"}}) {
		if failure.Property != "" || failure.Reason != "`auth`: is missing" {
			t.Error(failure)
		}
	}
}
