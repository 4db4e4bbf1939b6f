package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dataSourceModel is a data source as the HTTP API has it.
type dataSourceModel struct {
	UID            string            `json:"uid,omitempty"`
	Name           string            `json:"name"`
	Type           string            `json:"type"`
	URL            string            `json:"url"`
	Access         string            `json:"access"`
	IsDefault      bool              `json:"isDefault"`
	BasicAuth      bool              `json:"basicAuth"`
	BasicAuthUser  string            `json:"basicAuthUser"`
	Database       string            `json:"database"`
	User           string            `json:"user"`
	JSONData       map[string]any    `json:"jsonData"`
	SecureJSONData map[string]string `json:"secureJsonData,omitempty"`
}

const (
	headerName  = "httpHeaderName"
	headerValue = "httpHeaderValue"
)

// model is what the inputs ask Grafana for. A header's name goes into the open part and its value into the secret one.
func (a DataSourceArgs) model(uid string) (dataSourceModel, error) {
	model := dataSourceModel{
		UID: uid, Name: orEmpty(a.Name), Type: a.Type, URL: orEmpty(a.URL), Access: or(a.AccessMode, "proxy"),
		IsDefault: orEmpty(a.IsDefault), BasicAuth: orEmpty(a.BasicAuthEnabled), BasicAuthUser: orEmpty(a.BasicAuthUsername),
		Database: orEmpty(a.DatabaseName), User: orEmpty(a.Username),
		JSONData: map[string]any{}, SecureJSONData: map[string]string{},
	}
	if err := json.Unmarshal([]byte(a.jsonData()), &model.JSONData); err != nil {
		return model, errors.New("jsonDataEncoded is not the text of a JSON object")
	}
	if text := orEmpty(a.SecureJSONDataEncoded); text != "" {
		if err := json.Unmarshal([]byte(text), &model.SecureJSONData); err != nil {
			return model, errors.New("secureJsonDataEncoded is not the text of a JSON object with strings as values")
		}
	}
	// In the order of their names: the same headers always get the same numbers.
	for i, name := range slices.Sorted(maps.Keys(a.HTTPHeaders)) {
		model.JSONData[fmt.Sprint(headerName, i+1)] = name
		model.SecureJSONData[fmt.Sprint(headerValue, i+1)] = a.HTTPHeaders[name]
	}
	return model, nil
}

// jsonData is `jsonDataEncoded` with what the private network adds to it.
func (a DataSourceArgs) jsonData() string {
	text := or(a.JSONDataEncoded, "{}")
	object, isObject := decoded(text).(map[string]any)
	if orEmpty(a.NetworkID) == "" || !isObject {
		return text
	}
	object["enableSecureSocksProxy"], object["secureSocksProxyUsername"] = true, *a.NetworkID
	encoded, err := json.Marshal(object)
	if err != nil {
		return text
	}
	return string(encoded)
}

// state is what Grafana has, with the secrets of the state before: those it does not tell. Of the headers it tells the
// names, so that a removed one shows.
func (m dataSourceModel) state(before DataSourceState, org string) DataSourceState {
	headers := map[string]bool{}
	open := map[string]any{}
	for key, value := range m.JSONData {
		if strings.HasPrefix(key, headerName) {
			headers[fmt.Sprint(value)] = true
		} else if key != "teamHttpHeaders" {
			open[key] = value
		}
	}
	kept := maps.Clone(before.HTTPHeaders)
	maps.DeleteFunc(kept, func(name, _ string) bool { return !headers[name] })
	encoded, _ := json.Marshal(open) // it came from JSON
	text := string(encoded)
	if sameJSON(text, before.JSONDataEncoded) {
		text = before.JSONDataEncoded
	}
	return DataSourceState{
		Type: m.Type, Name: m.Name, UID: m.UID, URL: m.URL, AccessMode: m.Access, IsDefault: m.IsDefault,
		BasicAuthEnabled: m.BasicAuth, BasicAuthUsername: m.BasicAuthUser, DatabaseName: m.Database, Username: m.User,
		JSONDataEncoded: text, SecureJSONDataEncoded: before.SecureJSONDataEncoded, HTTPHeaders: kept,
		NetworkID: before.NetworkID, OrgID: org,
	}
}

// dataSourceState is the state of a data source that is as the inputs want it.
func dataSourceState(a DataSourceArgs, uid, org string) DataSourceState {
	return DataSourceState{
		Type: a.Type, Name: orEmpty(a.Name), UID: uid, URL: orEmpty(a.URL), AccessMode: or(a.AccessMode, "proxy"),
		IsDefault: orEmpty(a.IsDefault), BasicAuthEnabled: orEmpty(a.BasicAuthEnabled),
		BasicAuthUsername: orEmpty(a.BasicAuthUsername), DatabaseName: orEmpty(a.DatabaseName),
		Username: orEmpty(a.Username), JSONDataEncoded: a.jsonData(),
		SecureJSONDataEncoded: orEmpty(a.SecureJSONDataEncoded), HTTPHeaders: a.HTTPHeaders,
		NetworkID: orEmpty(a.NetworkID), OrgID: org,
	}
}

// readDataSourceArgs carries what a refresh found over into the inputs that the program gave; an import takes all.
func readDataSourceArgs(a DataSourceArgs, s DataSourceState) DataSourceArgs {
	if a.Type == "" {
		return DataSourceArgs{
			Type: s.Type, Name: &s.Name, UID: &s.UID, URL: &s.URL, AccessMode: &s.AccessMode, IsDefault: &s.IsDefault,
			BasicAuthEnabled: &s.BasicAuthEnabled, BasicAuthUsername: &s.BasicAuthUsername, JSONDataEncoded: &s.JSONDataEncoded,
		}
	}
	a.Type = s.Type
	a.Name, a.UID, a.URL = read(a.Name, s.Name), read(a.UID, s.UID), read(a.URL, s.URL)
	a.AccessMode, a.DatabaseName = read(a.AccessMode, s.AccessMode), read(a.DatabaseName, s.DatabaseName)
	a.Username, a.BasicAuthUsername = read(a.Username, s.Username), read(a.BasicAuthUsername, s.BasicAuthUsername)
	a.BasicAuthEnabled = read(a.BasicAuthEnabled, s.BasicAuthEnabled)
	if orEmpty(a.IsDefault) {
		a.IsDefault = &s.IsDefault
	}
	if !sameJSON(a.jsonData(), s.JSONDataEncoded) {
		a.JSONDataEncoded = &s.JSONDataEncoded
	}
	if len(a.HTTPHeaders) > 0 {
		a.HTTPHeaders = s.HTTPHeaders
	}
	return a
}
